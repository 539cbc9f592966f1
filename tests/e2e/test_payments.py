"""Payments through the front door: methods that answer later, the provider's webhooks, the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.e2e.browserless import Answer, Visitor, until
from tests.integration.localcloud.workbench import Workbench

from tradewind.aws.table import Update
from tradewind.edge.http import MAX_BODY_BYTES
from tradewind.kernel.clock import iso
from tradewind.payments import signatures
from tradewind.payments.fake import FakeWebhookEvent
from tradewind.payments.model import FIRST_ATTEMPT
from tradewind.payments.reads import payment_key
from tradewind.settings import Settings
from tradewind_tools.localcloud import payment_webhooks
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.inside import shop_at
from tradewind_tools.localcloud.payment_webhooks import APPROVED, REFUSED


def awaiting(customer: Visitor, admin: Visitor, items: dict[str, int]) -> str:
    """An order whose payment method answers later."""
    order_id: str = customer.order(items, "tok_async").ok()["orderId"]
    until(lambda: payment_state(admin, order_id), lambda state: state == "awaiting")
    return order_id


def payment_state(admin: Visitor, order_id: str) -> str | None:
    found = admin.get(f"/orders/{order_id}/payments")
    return found.body["payments"][0]["state"] if found.status == 200 else None


def tell(cloud: LocalCloud, order_id: str, kind: str) -> FakeWebhookEvent:
    return payment_webhooks.send_webhook(cloud.front_door_url, cloud.endpoint_url, order_id, kind)


def stock(admin: Visitor, product_id: str) -> tuple[int, int, int]:
    found = admin.get(f"/variants/{product_id}/stock").ok()
    return found["available"], found["reserved"], found["sold"]


def test_an_approval_by_webhook_confirms_the_order(cloud: LocalCloud, admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("approve-later", 5)
    order_id = awaiting(customer, admin, {product: 2})
    assert stock(admin, product) == (3, 2, 0)

    tell(cloud, order_id, APPROVED)

    assert customer.wait_until_settled(order_id)["status"] == "processing"
    until(lambda: stock(admin, product), lambda counts: counts == (3, 0, 2))
    money = admin.get(f"/orders/{order_id}/payments").ok()
    assert money["balance"] == {"charged": 25, "refunded": 0, "disputed": 0, "kept": 25}
    until(lambda: customer.mails(customer.user["email"]), lambda sent: any(order_id in str(mail) for mail in sent))


def test_a_refusal_by_webhook_cancels_the_order_and_tells_the_customer_why(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    product = admin.add_product("refuse-later", 5)
    order_id = awaiting(customer, admin, {product: 2})

    tell(cloud, order_id, REFUSED)

    found = customer.wait_until_settled(order_id)
    assert (found["status"], found["cancelReason"]) == ("cancelled", "CardDeclined")
    until(lambda: stock(admin, product), lambda counts: counts == (5, 0, 0))
    sent = until(
        lambda: [mail for mail in customer.mails(customer.user["email"]) if order_id in str(mail)],
        lambda mails: len(mails) == 1,
    )
    assert "declined" in str(sent)


def test_money_for_an_order_that_was_cancelled_goes_back(cloud: LocalCloud, admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("pay-cancelled", 5)
    order_id = awaiting(customer, admin, {product: 2})
    customer.put(f"/orders/{order_id}/cancel", None).ok()
    until(lambda: payment_state(admin, order_id), lambda state: state == "failed")

    tell(cloud, order_id, APPROVED)

    money = until(lambda: admin.get(f"/orders/{order_id}/payments").ok(), lambda found: len(found["ledger"]) == 2)
    assert money["balance"] == {"charged": 25, "refunded": 25, "disputed": 0, "kept": 0}
    assert stock(admin, product) == (5, 0, 0)


def test_a_webhook_that_comes_again_is_taken_and_changes_nothing(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    order_id = awaiting(customer, admin, {admin.add_product("told-again", 5): 1})
    webhook = tell(cloud, order_id, APPROVED)
    for _ in range(3):
        payment_webhooks.post_webhook(cloud.front_door_url, cloud.endpoint_url, webhook)
    assert customer.wait_until_settled(order_id)["status"] == "processing"
    assert len(admin.get(f"/orders/{order_id}/payments").ok()["ledger"]) == 1


def look_due(cloud: LocalCloud, order_id: str, created_at: datetime) -> None:
    """Let the awaited payment look as if it was made then, and due to be asked about ever since."""
    changes = {"createdAt": msgspec.to_builtins(created_at), "GSI2SK": f"{iso(created_at)}#{order_id}-1"}
    shop_at(cloud.endpoint_url).table.write(Update(payment_key(order_id, FIRST_ATTEMPT), set=changes))


def test_a_payment_without_an_answer_is_asked_about_and_given_up_after_three_days(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    bench, now = Workbench(cloud), datetime.now(UTC)
    product = admin.add_product("never-answered", 5)
    young, old = (awaiting(customer, admin, {product: 1}) for _ in range(2))
    look_due(cloud, young, now - timedelta(hours=1))
    look_due(cloud, old, now - timedelta(hours=Settings().answer_hours))

    assert bench.invoke("tradewind-local-payment-clearing", {}) is None

    found = customer.wait_until_settled(old)
    assert (found["status"], found["cancelReason"]) == ("cancelled", "PaymentTimeout")
    until(lambda: stock(admin, product), lambda counts: counts == (4, 1, 0))
    assert payment_state(admin, young) == "awaiting"
    assert customer.get(f"/orders/{young}").ok()["status"] == "pending"


@pytest.fixture
def webhook() -> FakeWebhookEvent:
    return FakeWebhookEvent("evt_1", APPROVED, "01KAJ0RDER0000000000000001-1", "ref", 100, "USD")


def post(visitor: Visitor, raw: str, signature: str = "", provider: str = "fake") -> Answer:
    headers: dict[str, Any] = {"content-type": "application/json; charset=utf-8"}
    return visitor.post(f"/webhooks/{provider}", raw, headers | ({"fake-signature": signature} if signature else {}))


def test_only_what_the_provider_has_signed_just_now_is_taken(
    cloud: LocalCloud, visitor: Visitor, webhook: FakeWebhookEvent
) -> None:
    raw, key, now = msgspec.json.encode(webhook), payment_webhooks.webhook_key(cloud.endpoint_url), datetime.now(UTC)
    for signature in ("", "t=1,v1=00", signatures.sign(raw, "another key", now), signatures.sign(b"{}", key, now)):
        assert post(visitor, raw.decode(), signature).error == (401, "InvalidSignature")
    recorded = signatures.sign(raw, key, now - timedelta(minutes=6))
    assert post(visitor, raw.decode(), recorded).error == (401, "InvalidSignature")
    spaced = f" \n{raw.decode()}\n"
    assert post(visitor, spaced, signatures.sign(spaced.encode(), key, now)).ok() == {"received": True}


def test_a_signed_body_that_is_no_webhook_is_malformed(cloud: LocalCloud, visitor: Visitor) -> None:
    signature = signatures.sign(b"[]", payment_webhooks.webhook_key(cloud.endpoint_url), datetime.now(UTC))
    assert post(visitor, "[]", signature).error == (400, "InvalidWebhook")


def test_another_provider_is_unknown_and_a_huge_body_too_large(visitor: Visitor) -> None:
    assert post(visitor, "{}", provider="paypal").error == (404, "ProviderNotFound")
    assert post(visitor, "x" * (MAX_BODY_BYTES + 1)).error == (413, "BodyTooLarge")
