"""Our Stripe against localstripe, which plays Stripe's API and sends real webhooks over loopback.

What localstripe does not know, idempotency keys and search, the recorded answers in tests/unit/payments show.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from tests.fakes import FakeClock, FakeSecrets, call, customer_event, make_shop
from tests.ports import free_port
from tests.trading import Saga, add_product, order_of, stock, submit_order, with_customer

from tradewind.kernel.clock import SystemClock
from tradewind.ordering.change_handlers import cancel_order
from tradewind.payments.errors import InvalidSignature
from tradewind.payments.jobs import check_open_payments
from tradewind.payments.model import CHECK_AFTER, Balance, WebhookEventType, balance
from tradewind.payments.provider import Charge, ChargeOutcome, WebhookEvent
from tradewind.payments.reads import find_payment, list_ledger
from tradewind.payments.stripe.errors import StripeRefused
from tradewind.payments.stripe.provider import StripeKeys, StripeProvider
from tradewind.settings import Settings
from tradewind.shop import Shop

PAYMENT = "01KAJ0RDER0000000000000001-1"
API_KEY, WEBHOOK_SECRET = "sk_test_12345", "whsec_test"
GOOD, DECLINED, NEEDS_ACTION = "4242424242424242", "4000000000000341", "4000000000003220"
SERVER = Path(__file__).with_name("localstripe_server.py")
PATIENCE_SECONDS = 20.0


@dataclass
class Endpoint:
    """Where the webhooks go: each request's raw body and its headers by lower-case name."""

    url: str
    requests: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, SERVER, str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def stripe(url: str) -> StripeProvider:
    return StripeProvider(url, lambda: StripeKeys(API_KEY, ["whsec_new", WEBHOOK_SECRET]), SystemClock())


@pytest.fixture
def endpoint(url: str) -> Iterator[Endpoint]:
    with listen() as endpoint:
        request(url, "/_config/webhooks/tests", {"url": endpoint.url, "secret": WEBHOOK_SECRET})
        yield endpoint


def test_good_card_is_charged_and_refunded_in_parts(url: str, stripe: StripeProvider) -> None:
    made = stripe.charge(PAYMENT, 2500, "USD", payment_method(url, GOOD))
    assert made.outcome is ChargeOutcome.APPROVED
    assert made.reference.startswith("pi_")
    assert stripe.look_up(PAYMENT, "", made.reference) == made

    first, second = (stripe.refund(f"R-{number}", made.reference, 1000, "USD") for number in range(2))
    assert first.reference.startswith("re_")
    assert first != second


def test_intent_has_the_requested_amount_and_metadata(url: str, stripe: StripeProvider) -> None:
    made = stripe.charge(PAYMENT, 5, "ISK", payment_method(url, GOOD))
    stored = request(url, f"/v1/payment_intents/{made.reference}")
    assert (stored["amount"], stored["currency"]) == (500, "isk")
    assert stored["metadata"] == {"payment_id": PAYMENT, "order_id": PAYMENT[:26]}


def test_declined_card_is_an_outcome(url: str, stripe: StripeProvider) -> None:
    assert stripe.charge(PAYMENT, 2500, "USD", payment_method(url, DECLINED)).outcome is ChargeOutcome.CARD_DECLINED


def test_card_that_requires_action_is_awaited_until_it_is_confirmed(url: str, stripe: StripeProvider) -> None:
    made = stripe.charge(PAYMENT, 2500, "USD", payment_method(url, NEEDS_ACTION))
    assert made.outcome is ChargeOutcome.AWAITING
    secret = request(url, f"/v1/payment_intents/{made.reference}")["client_secret"]
    request(url, f"/v1/payment_intents/{made.reference}/_authenticate", {"client_secret": secret, "success": "true"})
    assert stripe.look_up(PAYMENT, "", made.reference) == Charge(ChargeOutcome.APPROVED, made.reference)


def test_card_that_requires_action_has_a_client_secret_until_it_is_cancelled(url: str, stripe: StripeProvider) -> None:
    made = stripe.charge(PAYMENT, 2500, "USD", payment_method(url, NEEDS_ACTION))
    secret = request(url, f"/v1/payment_intents/{made.reference}")["client_secret"]
    assert stripe.get_client_secret(made.reference) == secret
    assert stripe.find_payment_id(made.reference) == PAYMENT

    assert stripe.cancel(PAYMENT, made.reference).outcome is ChargeOutcome.CARD_DECLINED
    assert stripe.get_client_secret(made.reference) is None


def test_charge_that_was_made_cannot_be_cancelled(url: str, stripe: StripeProvider) -> None:
    made = stripe.charge(PAYMENT, 2500, "USD", payment_method(url, GOOD))
    assert stripe.cancel(PAYMENT, made.reference) == made


def test_unknown_card_and_unknown_charge_are_refused(stripe: StripeProvider) -> None:
    with pytest.raises(StripeRefused, match="404"):
        stripe.charge(PAYMENT, 2500, "USD", "pm_unknown")
    with pytest.raises(StripeRefused):
        stripe.refund("R", "pi_unknown", 100, "USD")
    assert stripe.look_up(PAYMENT, "", "pi_unknown") is None


def test_wrong_key_is_refused_without_being_shown(url: str) -> None:
    wrong = StripeProvider(url, lambda: StripeKeys("wrong_key", ["x"]), SystemClock())
    with pytest.raises(StripeRefused, match="401") as refused:
        wrong.look_up(PAYMENT, "", "pi_1")
    assert "wrong_key" not in str(refused.value)


def test_webhooks_are_parsed(url: str, stripe: StripeProvider, endpoint: Endpoint) -> None:
    made = stripe.charge(PAYMENT, 2500, "USD", payment_method(url, GOOD))
    stripe.charge(PAYMENT, 1234, "USD", payment_method(url, DECLINED))
    failed = wait_for_webhook(stripe, endpoint, lambda webhook: webhook.amount_minor == 1234)
    assert (failed.type, failed.payment_id, failed.currency) == (WebhookEventType.CHARGE_FAILED, PAYMENT, "USD")
    assert failed.reason is ChargeOutcome.CARD_DECLINED
    # It leaves out what was received, which the shop then does not take for the order's whole amount.
    succeeded = wait_for_webhook(stripe, endpoint, lambda webhook: webhook.reference == made.reference)
    assert (succeeded.type, succeeded.payment_id) == (WebhookEventType.CHARGE_SUCCEEDED, PAYMENT)


def test_signature_is_checked_over_the_raw_bytes(url: str, stripe: StripeProvider, endpoint: Endpoint) -> None:
    stripe.charge(PAYMENT, 2500, "USD", payment_method(url, GOOD))
    wait_until(lambda: bool(endpoint.requests))
    raw, headers = endpoint.requests[0]
    assert stripe.parse_webhook(raw, headers, datetime.now(UTC)).event_id
    with pytest.raises(InvalidSignature):
        stripe.parse_webhook(raw + b" ", headers, datetime.now(UTC))


def test_checkout_charges_and_refunds_through_stripe(url: str) -> None:
    shop = stripe_shop(url)
    order_id = submit_order(shop, {"shirt": 2}, payment_method(url, GOOD))
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)

    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert request(url, f"/v1/refunds?payment_intent={reference(shop, order_id)}")["data"][0]["amount"] == 2500


def test_declined_card_cancels_the_order(url: str) -> None:
    shop = stripe_shop(url)
    order_id = submit_order(shop, {"shirt": 2}, payment_method(url, DECLINED))
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert order_of(shop, order_id).cancel_reason == "CardDeclined"
    assert stock(shop, "shirt") == (10, 0, 0)


def test_card_that_requires_action_is_settled_by_the_job(url: str) -> None:
    shop = stripe_shop(url)
    order_id = submit_order(shop, {"shirt": 2}, payment_method(url, NEEDS_ACTION))
    assert Saga(shop).run(order_id).ended_in == "AwaitingPayment"
    intent = f"/v1/payment_intents/{reference(shop, order_id)}"
    secret = request(url, intent)["client_secret"]
    request(url, f"{intent}/_authenticate", {"client_secret": secret, "success": "true"})

    assert isinstance(shop.clock, FakeClock)
    shop.clock.advance(CHECK_AFTER.total_seconds())
    check_open_payments({}, None, shop)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"


def stripe_shop(url: str) -> Shop:
    """A shop in memory that takes its money through this Stripe."""
    keys = json.dumps({"apiKey": API_KEY, "webhookSecrets": [WEBHOOK_SECRET]})
    shop = with_customer(
        make_shop(
            settings=Settings(payment_provider="stripe", stripe_url=url),
            secrets=FakeSecrets({"tradewind/local/stripe": keys}),
        )
    )
    add_product(shop, "shirt", 10)
    return shop


def reference(shop: Shop, order_id: str) -> str:
    payment = find_payment(shop.table, order_id)
    assert payment
    return payment.provider_reference or ""


def wait_for_webhook(stripe: StripeProvider, endpoint: Endpoint, is_it: Callable[[WebhookEvent], bool]) -> WebhookEvent:
    """The event that it is among those received, as soon as it is there."""

    def found() -> list[WebhookEvent]:
        webhooks = [stripe.parse_webhook(raw, headers, datetime.now(UTC)) for raw, headers in list(endpoint.requests)]
        return [webhook for webhook in webhooks if is_it(webhook)]

    wait_until(lambda: bool(found()))
    return found()[0]


def payment_method(url: str, number: str) -> str:
    """What a client gets from Stripe for its card."""
    card = {"card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}
    return str(request(url, "/v1/payment_methods", {"type": "card", **card})["id"])


def request(url: str, path: str, form: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    headers = {"authorization": f"Bearer {API_KEY}", "content-type": "application/x-www-form-urlencoded"}
    connection.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 200, body
    return json.loads(body) if body else None


@contextmanager
def listen() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.requests.append((body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Endpoint(f"http://127.0.0.1:{server.server_port}/")
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


def wait_for(port: int) -> None:
    def is_listening() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(is_listening)


def wait_until(is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        assert time.monotonic() < deadline
        time.sleep(0.05)
