"""What payments do when they hear of an event."""

from __future__ import annotations

import msgspec

from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.payments import webhooks
from tradewind.payments.charging import ToRefund, refund_part
from tradewind.payments.model import PaymentWebhookReceived
from tradewind.shop import Shop


@queue_consumer
def issue_refund(requested: Event, shop: Shop) -> None:
    """Give back what the shop has decided to, once per refund."""
    refund_part(msgspec.convert(requested.data, ToRefund), requested.correlation_id, shop)


@queue_consumer
def apply_webhook(received: Event, shop: Shop) -> str:
    """Settle the payment that a provider has told of; the saga then runs again."""
    return webhooks.apply(msgspec.convert(received.data, PaymentWebhookReceived), received.correlation_id, shop)
