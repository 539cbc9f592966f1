from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fakes import ADMIN_ID, FakeClock, FakeSecrets, admin_event, call, customer_event, make_shop, public_event
from tests.trading import Saga, add_product, event_types, events, submit_order, with_customer
from tests.webhooks import received_webhooks, send_webhook, webhook_for, webhook_request

from tradewind.aws.table import Key
from tradewind.edge.http import MAX_BODY_BYTES
from tradewind.kernel.money import MAX_MINOR
from tradewind.payments import signatures
from tradewind.payments.consumers import apply_webhook
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.fake import FakeProvider
from tradewind.payments.handlers import get_payment_action, receive_webhook
from tradewind.payments.model import DisputeStanding, DisputeState
from tradewind.payments.order_handlers import get_payments
from tradewind.payments.signatures import TOLERANCE_SECONDS
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

ORDER_ID = "01KAJ0RDER0000000000000001"
SECRET = "tradewind/local/fake-webhook-key"


@pytest.fixture
def secrets() -> FakeSecrets:
    return FakeSecrets()


@pytest.fixture
def shop(clock: FakeClock, secrets: FakeSecrets) -> Shop:
    shop = with_customer(make_shop(clock=clock, secrets=secrets))
    add_product(shop, "shirt", 10)
    return shop


@pytest.fixture
def order_id(shop: Shop) -> str:
    """An order that awaits its payment."""
    order_id = submit_order(shop, {"shirt": 2}, "tok_async")
    Saga(shop).run(order_id)
    return order_id


def test_webhook_is_stored_and_announced_once(shop: Shop, order_id: str) -> None:
    webhook = webhook_for(shop, order_id)
    send_webhook(shop, webhook)
    send_webhook(shop, webhook)
    (received,) = [event for event in events(shop) if event.type == "PaymentWebhookReceived"]
    assert received.data == {
        "provider": "fake",
        "webhookEventId": webhook.id,
        "webhookEventType": "charge_succeeded",
        "paymentId": f"{order_id}-1",
        "reference": webhook.reference,
        "amountMinor": 2500,
        "currency": "USD",
        "reason": "CardDeclined",
    }
    assert shop.table.get(Key(f"INBOX#fake#{webhook.id}", "EVENT"))


def test_stored_webhook_expires_after_a_month(shop: Shop, order_id: str, clock: FakeClock) -> None:
    webhook = webhook_for(shop, order_id)
    send_webhook(shop, webhook)
    kept = shop.table.get(Key(f"INBOX#fake#{webhook.id}", "EVENT"))
    assert kept
    assert kept["expiresAt"] == int(clock.now().timestamp()) + 30 * 86_400


def test_webhook_that_concerns_no_payment_is_accepted_and_not_stored(shop: Shop, order_id: str) -> None:
    send_webhook(shop, webhook_for(shop, order_id, "payout.paid"))
    for unknown in ({"payment_id": "not ours"}, {"reference": ""}):
        send_webhook(shop, webhook_for(shop, order_id, **unknown))
    assert "PaymentWebhookReceived" not in event_types(shop)


def test_webhook_with_an_invalid_signature_changes_nothing(shop: Shop, order_id: str) -> None:
    forged = webhook_request(shop, webhook_for(shop, order_id), **{"Fake-Signature": "t=1,v1=00"})
    unsigned = public_event("{}", path={"provider": "fake"})
    for event in (forged, unsigned):
        status, answer = call(receive_webhook, event, shop)
        assert (status, answer["error"]) == (401, "InvalidSignature")
    assert "PaymentWebhookReceived" not in event_types(shop)


def test_replayed_webhook_is_refused_after_the_tolerance(shop: Shop, order_id: str, clock: FakeClock) -> None:
    event = webhook_request(shop, webhook_for(shop, order_id))
    clock.advance(TOLERANCE_SECONDS + 1)
    assert call(receive_webhook, event, shop)[0] == 401


def test_webhook_signed_with_the_key_before_the_rotation_is_accepted(
    shop: Shop, order_id: str, secrets: FakeSecrets
) -> None:
    event = webhook_request(shop, webhook_for(shop, order_id))
    secrets.rotate(SECRET, "a new key")
    assert call(receive_webhook, event, shop)[0] == 200
    secrets.rotate(SECRET, "a newer key")
    assert call(receive_webhook, event, shop)[0] == 401


def test_signature_is_checked_over_the_raw_body(shop: Shop) -> None:
    raw = '{ "id":"ü",\n "type":"charge.succeeded", "paymentId":"x","reference":"r","amountMinor":1,"currency":"USD"}'
    assert call(receive_webhook, webhook_request(shop, raw), shop) == (200, {"received": True})


def raw_webhook(*, event_id: str = "evt_1", amount_minor: int = 2500) -> str:
    webhook = {"id": event_id, "type": "charge.succeeded", "paymentId": f"{ORDER_ID}-1", "reference": "r"}
    return msgspec.json.encode(webhook | {"amountMinor": amount_minor, "currency": "USD"}).decode()


@pytest.mark.parametrize(
    "raw",
    [
        *("", "[]", "{", '{"id": 5}', '{"id": "evt_1"}'),
        *(raw_webhook(event_id=""), raw_webhook(event_id="e" * 256)),
        *(raw_webhook(amount_minor=-1), raw_webhook(amount_minor=MAX_MINOR + 1)),
    ],
)
def test_signed_body_that_is_no_webhook_is_malformed(shop: Shop, raw: str) -> None:
    status, answer = call(receive_webhook, webhook_request(shop, raw), shop)
    assert (status, answer["error"]) == (400, "InvalidWebhook")


@pytest.mark.parametrize("name", ["stripe", "paypal", "FAKE"])
def test_webhook_of_another_provider_is_not_found(shop: Shop, order_id: str, name: str) -> None:
    event = webhook_request(shop, webhook_for(shop, order_id)) | {"pathParameters": {"provider": name}}
    status, answer = call(receive_webhook, event, shop)
    assert (status, answer["error"]) == (404, "ProviderNotFound")


def test_body_beyond_the_limit_is_refused(shop: Shop) -> None:
    status, answer = call(receive_webhook, webhook_request(shop, "x" * (MAX_BODY_BYTES + 1)), shop)
    assert (status, answer["error"]) == (413, "BodyTooLarge")


def test_log_has_neither_key_nor_signature(
    shop: Shop, order_id: str, capsys: pytest.CaptureFixture[str], clock: FakeClock
) -> None:
    key = shop.secrets.current(SECRET).secret_string
    webhook = webhook_for(shop, order_id)
    send_webhook(shop, webhook)
    call(receive_webhook, webhook_request(shop, webhook, **{"Fake-Signature": "t=1,v1=00"}), shop)
    written = capsys.readouterr().out
    assert webhook.id in written
    assert key not in written
    assert "v1=" not in written
    assert signatures.sign(b"", key, clock.now())[-64:] not in written


def test_payments_show_ledger_and_balance(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    status, answer = call(get_payments, admin_event(path={"orderId": order_id}), shop)
    assert status == 200
    (payment,), (entry,) = answer["payments"], answer["ledger"]
    assert (payment["paymentId"], payment["state"], payment["amount"]) == (f"{order_id}-1", "succeeded", 25)
    assert (entry["kind"], entry["reference"], entry["amount"]) == ("charged", payment["providerReference"], 25)
    assert answer["balance"] == {"charged": 25, "refunded": 0, "disputed": 0, "kept": 25}


def test_payments_show_refunds_and_disputes_as_they_stand(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    of_charge = {"payment_id": "", "charge_reference": f"fake_charge_{order_id}-1"}
    standing = DisputeStanding(DisputeState.OPEN, is_withdrawn=True)
    failed: dict[str, Any] = {"reference": "re_1", "amount_minor": 500, "note": "expired card", **of_charge}
    disputed: dict[str, Any] = {"reference": "dp_1", "dispute": standing, "note": "fraudulent", **of_charge}
    send_webhook(shop, webhook_for(shop, order_id, "refund.failed", **failed))
    send_webhook(shop, webhook_for(shop, order_id, "dispute.updated", **disputed))
    for batch in received_webhooks(shop):
        assert apply_webhook(batch, None, shop) == {"batchItemFailures": []}
    _, answer = call(get_payments, admin_event(path={"orderId": order_id}), shop)
    (payment,), (refund,), (dispute,) = answer["payments"], answer["refunds"], answer["disputes"]
    assert (payment["state"], answer["balance"]["kept"], answer["balance"]["disputed"]) == ("disputed", 0, 25)
    assert (refund["state"], refund["origin"], refund["failure"]) == ("failed", "provider", "expired card")
    assert (dispute["disputeId"], dispute["state"], dispute["reason"]) == ("dp_1", "open", "fraudulent")


def test_ledger_is_in_the_order_of_its_movements(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    for number in range(4):
        clock.advance(1)
        send_webhook(shop, webhook_for(shop, order_id, "refund.succeeded", reference=f"re_{number}", amount_minor=100))
    for batch in received_webhooks(shop):
        apply_webhook(batch, None, shop)
    _, answer = call(get_payments, admin_event(path={"orderId": order_id}), shop)
    assert [entry["kind"] for entry in answer["ledger"]] == ["charged", *["refunded"] * 4]
    assert [entry["at"] for entry in answer["ledger"]] == sorted(entry["at"] for entry in answer["ledger"])


def test_payments_are_for_administrators_and_not_found_before_the_charge(shop: Shop, order_id: str) -> None:
    assert call(get_payments, customer_event(path={"orderId": order_id}), shop)[0] == 403
    unpaid = submit_order(shop, {"shirt": 1})
    status, answer = call(get_payments, admin_event(path={"orderId": unpaid}), shop)
    assert (status, answer["error"]) == (404, "PaymentNotFound")


class ActionRequired(FakeProvider):
    """A provider whose customers have to confirm their payments."""

    times_out = False

    def get_client_secret(self, reference: str) -> str | None:
        if self.times_out:
            raise ProviderTimeout(reference)
        return f"{reference}_secret_hush"


def test_payment_action_is_shown_to_the_orders_own_customer_alone(
    shop: Shop, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.provider = ActionRequired()
    path = {"orderId": order_id}
    status, answer = call(get_payment_action, customer_event(path=path), shop)
    secret = f"fake_charge_{order_id}-1_secret_hush"
    assert (status, answer) == (
        200,
        {"orderId": order_id, "isRequired": True, "provider": "fake", "clientSecret": secret},
    )
    for request in (customer_event(path=path, user_id=ADMIN_ID), admin_event(path=path)):
        status, answer = call(get_payment_action, request, shop)
        assert (status, answer["error"]) == (404, "PaymentNotFound")
    assert call(get_payment_action, public_event(path=path), shop)[0] == 401
    assert "hush" not in capsys.readouterr().out
    assert isinstance(shop.table, MemoryTable)
    assert "hush" not in str(shop.table.all_items())


def test_no_payment_action_is_required_unless_the_payment_waits_for_it(shop: Shop, order_id: str) -> None:
    nothing = {"isRequired": False, "provider": "fake", "clientSecret": None}
    assert (
        call(get_payment_action, customer_event(path={"orderId": order_id}), shop)[1] == {"orderId": order_id} | nothing
    )
    shop.provider = ActionRequired()
    paid = submit_order(shop, {"shirt": 1})
    assert call(get_payment_action, customer_event(path={"orderId": paid}), shop)[0] == 404
    Saga(shop).run(paid)
    assert call(get_payment_action, customer_event(path={"orderId": paid}), shop)[1] == {"orderId": paid} | nothing


def test_payment_action_is_unavailable_when_the_provider_times_out(shop: Shop, order_id: str) -> None:
    shop.provider = action_required = ActionRequired()
    action_required.times_out = True
    status, answer = call(get_payment_action, customer_event(path={"orderId": order_id}), shop)
    assert (status, answer["error"]) == (503, "ProviderUnavailable")


def test_amounts_have_the_decimals_of_their_currency() -> None:
    shop = with_customer(make_shop(settings=Settings(currency="JPY")))
    add_product(shop, "shirt", 10, price=1200, currency="JPY")
    order_id = submit_order(shop, {"shirt": 1})
    Saga(shop).run(order_id)
    _, answer = call(get_payments, admin_event(path={"orderId": order_id}), shop)
    assert answer["currency"] == "JPY"
    assert answer["balance"]["kept"] == 1200
