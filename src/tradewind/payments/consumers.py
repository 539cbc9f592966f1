"""What payments do when an event arrives."""

from __future__ import annotations

import msgspec

from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.payments.model import PaymentWebhookReceived
from tradewind.payments.refunds import RefundRequest, refund_amount
from tradewind.payments.webhooks import settle_payment
from tradewind.shop import Shop


@queue_consumer
def issue_refund(requested: Event, shop: Shop) -> None:
    """Refund the amount that the shop decided on, once per refund."""
    refund_amount(msgspec.convert(requested.data, RefundRequest), requested.correlation_id, shop)


@queue_consumer
def apply_webhook(received: Event, shop: Shop) -> str:
    """Settle the payment that a provider's webhook is about; the checkout then runs again."""
    return settle_payment(msgspec.convert(received.data, PaymentWebhookReceived), received.correlation_id, shop)
