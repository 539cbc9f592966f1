"""The fake payment provider in tests: a signed webhook about an order's payment, as API Gateway brings it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
from tests.fakes import CUSTOMER_ID, Event, call, public_event
from tests.trading import events, order_of

from tradewind.edge.consumer import EventConsumer
from tradewind.payments import signatures
from tradewind.payments.fake import SECRET_PURPOSE, FakeWebhookEvent, charge_reference
from tradewind.payments.handlers import receive_webhook
from tradewind.shop import Shop


def webhook_request(shop: Shop, webhook: FakeWebhookEvent | str, **headers: str) -> Event:
    """The request, with a signature that is valid now; `headers` may replace it."""
    raw = webhook if isinstance(webhook, str) else msgspec.json.encode(webhook).decode()
    key = shop.secrets.current(shop.settings.secret_name(SECRET_PURPOSE)).secret_string
    signed = {"Fake-Signature": signatures.sign(raw.encode(), key, shop.clock.now())}
    return public_event(raw, path={"provider": "fake"}, headers=signed | headers)


def webhook_for(
    shop: Shop,
    order_id: str,
    event_type: str = "charge.succeeded",
    *,
    customer_id: str = CUSTOMER_ID,
    **fields: Any,  # noqa: ANN401 - JSON
) -> FakeWebhookEvent:
    """A webhook about the order's payment; each has an id of its own."""
    order = order_of(shop, order_id, customer_id)
    payment_id = f"{order_id}-1"
    return FakeWebhookEvent(
        **{
            "id": f"evt_{uuid4().hex}",
            "type": event_type,
            "payment_id": payment_id,
            "reference": charge_reference(payment_id),
            "amount_minor": order.total_minor,
            "currency": order.currency,
            **fields,
        }
    )


def send_webhook(shop: Shop, webhook: FakeWebhookEvent) -> None:
    """Have the shop receive a webhook."""
    assert call(receive_webhook, webhook_request(shop, webhook), shop) == (200, {"received": True})


def received_webhooks(shop: Shop) -> list[Event]:
    """Every PaymentWebhookReceived event as a batch of its queue."""
    received = [event for event in events(shop) if event.type == "PaymentWebhookReceived"]
    return [
        {"Records": [{"messageId": "1", "body": msgspec.json.encode({"detail": event}).decode()}]} for event in received
    ]


def deliver(consumer: EventConsumer, batches: list[Event], shop: Shop) -> bool:
    """Give the batches to the consumer, one by one; False as soon as one is not processed."""
    return all(consumer(batch, None, shop) == {"batchItemFailures": []} for batch in batches)
