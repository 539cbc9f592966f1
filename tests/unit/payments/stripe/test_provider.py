"""Stripe as its documentation shows it: answers as recorded there, shortened to what counts, and its webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.fakes import START, FakeClock, FakeSecrets, call, make_shop, public_event
from tests.interpreter import fresh
from tests.unit.payments.scripted_stripe import Reply, ScriptedStripe, scripted_stripe

from tradewind.payments import signatures
from tradewind.payments.errors import InvalidSignature, InvalidWebhook, ProviderNotSetUp, ProviderTimeout
from tradewind.payments.handlers import receive_webhook
from tradewind.payments.model import DisputeStanding, DisputeState, LedgerKind, WebhookEventType
from tradewind.payments.provider import (
    NOT_ENOUGH_LEFT,
    Charge,
    ChargeOutcome,
    MovementPage,
    RefundAnswer,
    WebhookEvent,
)
from tradewind.payments.stripe.errors import AmountNotPayable, StripeRefused
from tradewind.payments.stripe.provider import StripeKeys, StripeProvider
from tradewind.settings import Settings
from tradewind.shop import Shop

ORDER = "01KAJ0RDER0000000000000001"
PAYMENT = f"{ORDER}-1"
API_KEY, CURRENT, PREVIOUS = "sk_test_key", "whsec_current", "whsec_previous"


class Patient(FakeClock):
    """Draws the shortest pause each time."""

    def entropy(self, size: int) -> bytes:
        return bytes(size)


@pytest.fixture
def server() -> Iterator[ScriptedStripe]:
    with scripted_stripe() as server:
        yield server


@pytest.fixture
def stripe(server: ScriptedStripe) -> StripeProvider:
    return StripeProvider(server.url, lambda: StripeKeys(API_KEY, [CURRENT, PREVIOUS]), Patient())


def intent(status: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 2500,
        "amount_received": 2500 if status == "succeeded" else 0,
        "currency": "usd",
        "status": status,
        "metadata": {"payment_id": PAYMENT, "order_id": ORDER},
        "last_payment_error": None,
        **fields,
    }


def card_error(decline_code: str | None) -> dict[str, Any]:
    return {
        "error": {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": decline_code,
            "message": "Your card was declined.",
            "payment_intent": intent("requires_payment_method"),
        }
    }


def charge(stripe: StripeProvider, amount_minor: int = 2500, currency: str = "USD") -> Charge:
    return stripe.charge(PAYMENT, amount_minor, currency, "pm_card_visa")


def test_charge_creates_a_payment_intent_confirmed_at_once(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(200, intent("succeeded")))
    assert charge(stripe) == Charge(ChargeOutcome.APPROVED, "pi_1")
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/v1/payment_intents")
    assert asked.headers["idempotency-key"] == PAYMENT
    assert asked.form == {
        "amount": "2500",
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "payment_method_types[0]": "card",
        "confirm": "true",
        "metadata[payment_id]": PAYMENT,
        "metadata[order_id]": ORDER,
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("processing", ChargeOutcome.AWAITING),
        ("requires_action", ChargeOutcome.AWAITING),
        ("requires_capture", ChargeOutcome.AWAITING),
        ("a_state_of_tomorrow", ChargeOutcome.AWAITING),
        ("requires_payment_method", ChargeOutcome.CARD_DECLINED),
        ("canceled", ChargeOutcome.CARD_DECLINED),
    ],
)
def test_each_status_of_an_intent_is_an_outcome(
    stripe: StripeProvider, server: ScriptedStripe, status: str, outcome: ChargeOutcome
) -> None:
    server.says(Reply(200, intent(status)))
    assert charge(stripe).outcome is outcome


@pytest.mark.parametrize(
    ("decline_code", "outcome"),
    [
        ("insufficient_funds", ChargeOutcome.INSUFFICIENT_FUNDS),
        ("lost_card", ChargeOutcome.CARD_DECLINED),
        (None, ChargeOutcome.CARD_DECLINED),
    ],
)
def test_declined_card_is_an_outcome(
    stripe: StripeProvider, server: ScriptedStripe, decline_code: str | None, outcome: ChargeOutcome
) -> None:
    server.says(Reply(402, card_error(decline_code)))
    assert charge(stripe) == Charge(outcome, "pi_1")


def test_last_error_of_an_intent_is_the_reason_of_its_decline(stripe: StripeProvider, server: ScriptedStripe) -> None:
    error = {"code": "card_declined", "decline_code": "insufficient_funds"}
    server.says(Reply(200, intent("requires_payment_method", last_payment_error=error)))
    assert charge(stripe).outcome is ChargeOutcome.INSUFFICIENT_FUNDS


def test_charge_is_requested_again_with_the_same_key_when_the_answer_is_lost(
    stripe: StripeProvider, server: ScriptedStripe
) -> None:
    server.says(Reply(is_lost=True), Reply(409, {"error": {}}), Reply(200, intent("succeeded")))
    assert charge(stripe).outcome is ChargeOutcome.APPROVED
    assert {asked.headers["idempotency-key"] for asked in server.asked} == {PAYMENT}


def test_charge_times_out_when_the_server_fails_each_time(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(*[Reply(500)] * 4)
    with pytest.raises(ProviderTimeout):
        charge(stripe)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(401, {"error": {"type": "invalid_request_error", "message": f"Invalid API Key: {API_KEY}"}}), "401"),
        (Reply(400, {"error": {"code": "resource_missing", "message": "No such pm_card_visa"}}), "resource_missing"),
        (Reply(403, b"<html>"), "403 without a code"),
    ],
)
def test_refused_request_raises_stripes_code_without_what_was_sent(
    stripe: StripeProvider, server: ScriptedStripe, reply: Reply, said: str
) -> None:
    server.says(reply)
    with pytest.raises(StripeRefused, match=said) as refused:
        charge(stripe)
    assert API_KEY not in str(refused.value)
    assert "pm_card_visa" not in str(refused.value)


def test_amount_that_stripe_cannot_move_is_never_sent(stripe: StripeProvider, server: ScriptedStripe) -> None:
    with pytest.raises(AmountNotPayable):
        charge(stripe, 5124, "KWD")
    assert server.asked == []


def test_refund_returns_part_of_an_intent(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(200, {"id": "re_1", "status": "succeeded", "amount": 500, "currency": "isk"}))
    assert stripe.refund("R-1", "pi_1", 5, "ISK") == RefundAnswer("re_1")
    (asked,) = server.asked
    assert (asked.path, asked.headers["idempotency-key"]) == ("/v1/refunds", "R-1")
    assert asked.form == {"payment_intent": "pi_1", "amount": "500", "metadata[refund_id]": "R-1"}


def refund(status: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "id": "re_1",
        "object": "refund",
        "status": status,
        "amount": 500,
        "currency": "usd",
        "payment_intent": "pi_1",
        "metadata": {"refund_id": "R-1"},
        **fields,
    }


@pytest.mark.parametrize(
    ("status", "reason", "failure"),
    [
        ("succeeded", None, ""),
        ("pending", None, ""),
        ("failed", "expired_or_canceled_card", "expired_or_canceled_card"),
        ("canceled", None, "canceled"),
    ],
)
def test_refund_that_stripe_could_not_make_says_why(
    stripe: StripeProvider, server: ScriptedStripe, status: str, reason: str | None, failure: str
) -> None:
    server.says(Reply(200, refund(status, failure_reason=reason)))
    assert stripe.refund("R-1", "pi_1", 500, "USD") == RefundAnswer("re_1", failure)


@pytest.mark.parametrize(
    "error",
    [
        {"code": "charge_already_refunded", "type": "invalid_request_error"},
        {"code": "charge_disputed", "type": "invalid_request_error"},
        {"param": "amount", "type": "invalid_request_error", "message": "greater than unrefunded amount"},
    ],
)
def test_refund_of_more_than_is_left_is_an_answer(
    stripe: StripeProvider, server: ScriptedStripe, error: dict[str, Any]
) -> None:
    server.says(Reply(400, {"error": error}))
    assert stripe.refund("R-1", "pi_1", 500, "USD") == RefundAnswer("", NOT_ENOUGH_LEFT)


def test_refund_that_is_refused_for_another_reason_is_a_fault(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(400, {"error": {"code": "idempotency_key_in_use", "param": "amount"}}))
    with pytest.raises(StripeRefused, match="idempotency_key_in_use"):
        stripe.refund("R-1", "pi_1", 500, "USD")


def test_refund_is_found_by_its_metadata_on_whatever_page(stripe: StripeProvider, server: ScriptedStripe) -> None:
    others = [refund("succeeded", id=f"re_{number}", metadata={}) for number in range(2)]
    server.says(
        Reply(200, {"object": "list", "data": others, "has_more": True}),
        Reply(200, {"object": "list", "data": [refund("failed", failure_reason="lost_card")], "has_more": False}),
    )
    assert stripe.find_refund("R-1", "pi_1") == RefundAnswer("re_1", "lost_card")
    first, second = server.asked
    assert (first.method, first.path) == ("GET", "/v1/refunds")
    assert first.query == {"payment_intent": "pi_1", "limit": "100"}
    assert second.query == {"payment_intent": "pi_1", "limit": "100", "starting_after": "re_1"}


def test_refund_that_stripe_never_made_is_not_found(stripe: StripeProvider, server: ScriptedStripe) -> None:
    others = [refund("succeeded", metadata=None), refund("succeeded", metadata={"refund_id": "R-2"})]
    server.says(Reply(200, {"object": "list", "data": others, "has_more": False}))
    assert stripe.find_refund("R-1", "pi_1") is None


def test_charge_is_looked_up_by_its_reference(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(200, intent("succeeded")))
    assert stripe.look_up(PAYMENT, "pm", "pi_1") == Charge(ChargeOutcome.APPROVED, "pi_1")
    assert server.asked[0].path == "/v1/payment_intents/pi_1"


def test_charge_without_a_reference_is_searched_for(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(200, {"object": "search_result", "data": [intent("processing")]}), Reply(200, {"data": []}))
    assert stripe.look_up(PAYMENT, "pm", None) == Charge(ChargeOutcome.AWAITING, "pi_1")
    assert stripe.look_up(PAYMENT, "pm", None) is None
    assert server.asked[0].path == "/v1/payment_intents/search"
    assert server.asked[0].query == {"query": f"metadata['payment_id']:'{PAYMENT}'", "limit": "1"}


def test_charge_that_stripe_does_not_know_is_none(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(404, {"error": {"code": "resource_missing"}}))
    assert stripe.look_up(PAYMENT, "pm", "pi_gone") is None


def test_awaited_intent_is_cancelled(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(200, intent("canceled")))
    assert stripe.cancel(PAYMENT, "pi_1") == Charge(ChargeOutcome.CARD_DECLINED, "pi_1")
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/v1/payment_intents/pi_1/cancel")
    assert (asked.headers["idempotency-key"], asked.form) == (f"{PAYMENT}-cancel", {})


@pytest.mark.parametrize(
    ("status", "outcome"), [("succeeded", ChargeOutcome.APPROVED), ("processing", ChargeOutcome.AWAITING)]
)
def test_intent_that_cannot_be_cancelled_returns_its_outcome(
    stripe: StripeProvider, server: ScriptedStripe, status: str, outcome: ChargeOutcome
) -> None:
    server.says(Reply(400, {"error": {"code": "payment_intent_unexpected_state"}}), Reply(200, intent(status)))
    assert stripe.cancel(PAYMENT, "pi_1") == Charge(outcome, "pi_1")


def test_unknown_intent_cannot_be_cancelled(stripe: StripeProvider, server: ScriptedStripe) -> None:
    server.says(Reply(404, {"error": {"code": "resource_missing"}}))
    with pytest.raises(StripeRefused, match="resource_missing"):
        stripe.cancel(PAYMENT, "pi_gone")


@pytest.mark.parametrize(
    ("status", "secret"), [("requires_action", "pi_1_secret_x"), ("succeeded", None), ("processing", None)]
)
def test_client_secret_is_returned_only_when_the_intent_requires_action(
    stripe: StripeProvider, server: ScriptedStripe, status: str, secret: str | None
) -> None:
    server.says(Reply(200, intent(status, client_secret="pi_1_secret_x")))
    assert stripe.get_client_secret("pi_1") == secret


def event(event_type: str, content: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"id": "evt_1", "object": "event", "type": event_type, "data": {"object": content}})


def parse(stripe: StripeProvider, raw: bytes, key: str = CURRENT) -> WebhookEvent:
    return stripe.parse_webhook(raw, {"stripe-signature": signatures.sign(raw, key, START)}, START)


def test_succeeded_charge_is_reported_in_minor_units(stripe: StripeProvider) -> None:
    raw = event("payment_intent.succeeded", intent("succeeded", amount_received=500, currency="isk"))
    assert parse(stripe, raw) == WebhookEvent("evt_1", WebhookEventType.CHARGE_SUCCEEDED, PAYMENT, "pi_1", 5, "ISK")


def test_failed_charge_is_reported_with_its_reason(stripe: StripeProvider) -> None:
    error = {"code": "card_declined", "decline_code": "insufficient_funds"}
    raw = event("payment_intent.payment_failed", intent("requires_payment_method", last_payment_error=error))
    assert parse(stripe, raw) == WebhookEvent(
        "evt_1", WebhookEventType.CHARGE_FAILED, PAYMENT, "pi_1", 2500, "USD", ChargeOutcome.INSUFFICIENT_FUNDS
    )


def test_refund_that_names_our_payment_is_reported(stripe: StripeProvider) -> None:
    ours = {"id": "re_1", "status": "succeeded", "amount": 700, "currency": "usd"}
    raw = event("refund.updated", ours | {"metadata": {"payment_id": PAYMENT}})
    assert parse(stripe, raw) == WebhookEvent("evt_1", WebhookEventType.REFUND_SUCCEEDED, PAYMENT, "re_1", 700, "USD")


@pytest.mark.parametrize(("metadata", "refund_id"), [({}, ""), (None, ""), ({"refund_id": "R-1"}, "R-1")])
def test_refund_names_its_intent_and_its_id_where_it_is_ours(
    stripe: StripeProvider, metadata: dict[str, str] | None, refund_id: str
) -> None:
    webhook = parse(stripe, event("refund.created", refund("succeeded", metadata=metadata)))
    assert (webhook.type, webhook.payment_id, webhook.reference) == (WebhookEventType.REFUND_SUCCEEDED, "", "re_1")
    assert (webhook.charge_reference, webhook.refund_id) == ("pi_1", refund_id)


@pytest.mark.parametrize("event_type", ["refund.failed", "refund.updated", "charge.refund.updated"])
@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_refund_that_failed_afterwards_is_reported_with_its_reason(
    stripe: StripeProvider, event_type: str, status: str
) -> None:
    webhook = parse(stripe, event(event_type, refund(status, failure_reason="lost_or_stolen_card")))
    assert (webhook.type, webhook.reference) == (WebhookEventType.REFUND_FAILED, "re_1")
    assert (webhook.refund_id, webhook.charge_reference, webhook.note) == ("R-1", "pi_1", "lost_or_stolen_card")


WITHDRAWN, REINSTATED = {"id": "txn_1", "amount": -2500}, {"id": "txn_2", "amount": 2500}


@pytest.mark.parametrize(
    ("event_type", "status", "movements", "standing"),
    [
        ("created", "warning_needs_response", [], DisputeStanding(DisputeState.INQUIRY)),
        ("updated", "warning_under_review", [], DisputeStanding(DisputeState.INQUIRY)),
        ("closed", "warning_closed", [], DisputeStanding(DisputeState.WON)),
        ("created", "needs_response", [], DisputeStanding(DisputeState.OPEN)),
        ("funds_withdrawn", "needs_response", [WITHDRAWN], DisputeStanding(DisputeState.OPEN, is_withdrawn=True)),
        ("updated", "under_review", [WITHDRAWN], DisputeStanding(DisputeState.OPEN, is_withdrawn=True)),
        ("closed", "lost", [WITHDRAWN], DisputeStanding(DisputeState.LOST, is_withdrawn=True)),
        (
            "funds_reinstated",
            "won",
            [WITHDRAWN, REINSTATED],
            DisputeStanding(DisputeState.WON, is_withdrawn=True, is_reinstated=True),
        ),
        ("updated", "a_status_of_tomorrow", [], DisputeStanding(DisputeState.OPEN)),
    ],
)
def test_dispute_is_reported_with_what_it_has_moved(
    stripe: StripeProvider, event_type: str, status: str, movements: list[dict[str, Any]], standing: DisputeStanding
) -> None:
    dispute = {
        "id": "dp_1",
        "object": "dispute",
        "amount": 2500,
        "currency": "usd",
        "payment_intent": "pi_1",
        "reason": "fraudulent",
        "status": status,
        "balance_transactions": movements,
    }
    assert parse(stripe, event(f"charge.dispute.{event_type}", dispute)) == WebhookEvent(
        "evt_1",
        WebhookEventType.DISPUTE_CHANGED,
        reference="dp_1",
        amount_minor=2500,
        currency="USD",
        charge_reference="pi_1",
        note="fraudulent",
        dispute=standing,
    )


def test_payment_of_an_intent_is_found_by_its_metadata(stripe: StripeProvider, server: ScriptedStripe) -> None:
    missing = Reply(404, {"error": {"code": "resource_missing"}})
    server.says(Reply(200, intent("succeeded")), Reply(200, intent("succeeded", metadata={})), missing)
    assert [stripe.find_payment_id("pi_1") for _ in range(3)] == [PAYMENT, None, None]
    assert server.asked[0].path == "/v1/payment_intents/pi_1"


@pytest.mark.parametrize(
    ("event_type", "content"),
    [
        ("customer.created", {"id": "cus_1"}),
        ("payment_intent.processing", intent("processing")),
        ("payment_intent.succeeded", intent("succeeded", metadata={})),
        ("payment_intent.succeeded", intent("succeeded", metadata={"payment_id": "another shop's"})),
        ("refund.updated", {"id": "re_1", "status": "succeeded", "amount": 1, "currency": "usd", "metadata": None}),
        ("refund.created", {"id": "re_1", "status": "pending", "amount": 1, "currency": "usd"}),
        ("charge.dispute.created", {"id": "dp_1", "status": "needs_response", "amount": 1, "currency": "usd"}),
    ],
)
def test_event_that_concerns_no_payment_of_ours_is_ignored(
    stripe: StripeProvider, event_type: str, content: dict[str, Any]
) -> None:
    assert parse(stripe, event(event_type, content)) == WebhookEvent("evt_1", WebhookEventType.IGNORED)


def test_either_webhook_secret_is_accepted_and_no_other(stripe: StripeProvider) -> None:
    raw = event("customer.created", {})
    for key in (CURRENT, PREVIOUS):
        assert parse(stripe, raw, key).type is WebhookEventType.IGNORED
    with pytest.raises(InvalidSignature):
        parse(stripe, raw, "whsec_older")
    with pytest.raises(InvalidSignature):
        stripe.parse_webhook(raw, {"fake-signature": signatures.sign(raw, CURRENT, START)}, START)
    late = START + timedelta(seconds=301)
    with pytest.raises(InvalidSignature):
        stripe.parse_webhook(raw, {"stripe-signature": signatures.sign(raw, CURRENT, START)}, late)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"[]", b'{"id": "evt_1"}', b'{"id": "", "type": "customer.created", "data": {"object": {}}}'),
        event("payment_intent.succeeded", {"id": "pi_1"}),
    ],
)
def test_body_that_is_no_event_is_invalid(stripe: StripeProvider, raw: bytes) -> None:
    with pytest.raises(InvalidWebhook):
        parse(stripe, raw)


def stripe_shop(secret: str) -> Shop:
    settings = Settings(payment_provider="stripe")
    return make_shop(settings=settings, secrets=FakeSecrets({"tradewind/local/stripe": secret}))


def test_keys_are_read_from_the_shops_secret() -> None:
    shop = stripe_shop(msgspec.json.encode({"apiKey": API_KEY, "webhookSecrets": [CURRENT]}).decode())
    raw = event("customer.created", {}).decode()
    headers = {"Stripe-Signature": signatures.sign(raw.encode(), CURRENT, shop.clock.now())}
    request = public_event(raw, path={"provider": "stripe"}, headers=headers)
    assert call(receive_webhook, request, shop) == (200, {"received": True})


@pytest.mark.parametrize(
    "secret",
    [
        *("never filled in: hush", '{"apiKey": "hush"}', '{"apiKey": "hush\\n", "webhookSecrets": ["x"]}', "{}"),
        '{"apiKey": "hush", "webhookSecrets": [""]}',
    ],
)
def test_secret_that_was_never_filled_in_is_named_but_not_shown(secret: str) -> None:
    with pytest.raises(ProviderNotSetUp, match="tradewind/local/stripe") as missing:
        stripe_shop(secret).provider.charge(PAYMENT, 2500, "USD", "pm")
    assert "hush" not in str(missing.value)
    assert missing.value.__suppress_context__


def test_parsing_a_webhook_loads_no_http_client() -> None:
    program = """
import sys
from tradewind.payments.stripe.provider import StripeKeys, StripeProvider
provider = StripeProvider("https://api.stripe.com", lambda: StripeKeys("k", ["w"]), None)
from datetime import datetime, UTC
from tradewind.payments import signatures
raw, now = b'{"id":"e","type":"t","data":{"object":{}}}', datetime.now(UTC)
provider.parse_webhook(raw, {"stripe-signature": signatures.sign(raw, "w", now)}, now)
print({"http.client", "ssl", "urllib.parse", "email"} & set(sys.modules))
"""
    assert fresh(program).strip() == "set()"


def dispute(status: str, *moved: int) -> dict[str, Any]:
    transactions = [{"amount": amount} for amount in moved]
    amount = {"amount": 2500, "currency": "usd", "payment_intent": "pi_1"}
    return {"id": "dp_1", "object": "dispute", "status": status, "balance_transactions": transactions, **amount}


def transaction(amount: int, source: dict[str, Any] | str | None, number: int = 1) -> dict[str, Any]:
    created = int(START.timestamp()) + number
    return {
        "id": f"txn_{number}",
        "object": "balance_transaction",
        "amount": amount,
        "created": created,
        "source": source,
    }


def test_movements_are_the_sources_of_balance_transactions(server: ScriptedStripe, stripe: StripeProvider) -> None:
    charge = {"id": "ch_1", "object": "charge", "amount": 500, "currency": "isk", "payment_intent": "pi_1"}
    refunded = {"id": "re_1", "object": "refund", "amount": 200, "currency": "usd", "payment_intent": "pi_1"}
    disputed = {"id": "dp_1", "object": "dispute", "amount": 2500, "currency": "usd", "payment_intent": "pi_1"}
    transactions = [
        transaction(7, {**charge, "metadata": {"payment_id": PAYMENT}}, 1),
        transaction(-200, {**refunded, "metadata": {"refund_id": "R-1"}}, 2),
        transaction(200, {**refunded, "id": "re_2"}, 3),
        transaction(-2500, disputed, 4),
        transaction(2500, {**disputed, "id": "dp_2"}, 5),
        transaction(-4000, {"id": "po_1", "object": "payout", "amount": 4000, "currency": "usd"}, 6),
        transaction(-3, None, 7),
        transaction(-3, "fee_1", 8),
        transaction(
            900, {"id": "ch_2", "object": "charge", "amount": 900, "currency": "usd", "payment_intent": None}, 9
        ),
    ]
    server.says(
        Reply(body={"object": "list", "data": transactions, "has_more": True}),
        Reply(body={"object": "list", "data": [], "has_more": False}),
    )
    page = stripe.list_movements(START, START + timedelta(milliseconds=1500), None)
    assert [(each.kind, each.reference, each.amount_minor, each.currency) for each in page.movements] == [
        (LedgerKind.CHARGED, "pi_1", 5, "ISK"),
        (LedgerKind.REFUNDED, "re_1", 200, "USD"),
        (LedgerKind.REFUND_FAILED, "re_2", 200, "USD"),
        (LedgerKind.DISPUTED, "dp_1", 2500, "USD"),
        (LedgerKind.REINSTATED, "dp_2", 2500, "USD"),
    ]
    assert page.movements[0].at == (START + timedelta(seconds=1)).replace(microsecond=0)
    assert [(each.payment_id, each.charge_reference) for each in page.movements[:2]] == [
        (PAYMENT, "pi_1"),
        ("", "pi_1"),
    ]
    assert stripe.list_movements(START, START + timedelta(seconds=1), page.next_cursor) == MovementPage([], None)
    first, second = (asked.query for asked in server.asked)
    begin = int(START.timestamp())
    assert first == {
        "created[gte]": f"{begin}",
        "created[lt]": f"{begin + 3}",
        "limit": "100",
        "expand[]": "data.source",
    }
    assert second["starting_after"] == "txn_9"
    assert server.asked[0].path == "/v1/balance_transactions"


@pytest.mark.parametrize(
    ("kind", "body", "path", "amount"),
    [
        (LedgerKind.CHARGED, intent("succeeded"), "/v1/payment_intents/x", 2500),
        (LedgerKind.CHARGED, intent("processing"), "/v1/payment_intents/x", None),
        (LedgerKind.REFUNDED, refund("succeeded"), "/v1/refunds/x", 500),
        (LedgerKind.REFUND_FAILED, refund("succeeded"), "/v1/refunds/x", None),
        (LedgerKind.REFUND_FAILED, refund("failed"), "/v1/refunds/x", 500),
        (LedgerKind.DISPUTED, dispute("needs_response", -2500), "/v1/disputes/x", 2500),
        (LedgerKind.REINSTATED, dispute("needs_response", -2500), "/v1/disputes/x", None),
        (LedgerKind.REINSTATED, dispute("won", -2500, 2500), "/v1/disputes/x", 2500),
    ],
)
def test_movement_is_found_by_its_reference(
    server: ScriptedStripe,
    stripe: StripeProvider,
    kind: LedgerKind,
    body: dict[str, Any],
    path: str,
    amount: int | None,
) -> None:
    server.says(Reply(body=body), Reply(404, {"error": {"code": "resource_missing"}}))
    found = stripe.find_movement(kind, "x")
    assert (found and found.amount_minor) == amount
    assert server.asked[0].path == path
    assert stripe.find_movement(kind, "x") is None
