"""What payments do when an event arrives."""

from __future__ import annotations

from functools import partial

import msgspec

from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.ordering.public import find_refund
from tradewind.payments.errors import RefundMissing
from tradewind.payments.model import PaymentWebhookReceived
from tradewind.payments.refunds import issue
from tradewind.payments.webhooks import settle_payment
from tradewind.shop import Shop


class RefundReference(msgspec.Struct, frozen=True, rename="camel"):
    """What is needed of RefundRequested: the record of the refund says the rest."""

    order_id: str
    refund_id: str


@partial(queue_consumer, connects_to=("table", "provider"))
def issue_refund(requested: Event, shop: Shop) -> str:
    """Have the provider make a refund that the shop decided on, once; returns the state it is in then."""
    reference = msgspec.convert(requested.data, RefundReference)
    refund = find_refund(shop.table, reference.order_id, reference.refund_id)
    if refund is None:
        raise RefundMissing(f"there is no refund {reference.refund_id} of order {reference.order_id}")
    return issue(refund, shop).value


@queue_consumer
def apply_webhook(received: Event, shop: Shop) -> str:
    """Settle the payment that a provider's webhook is about; the checkout then runs again."""
    return settle_payment(msgspec.convert(received.data, PaymentWebhookReceived), received.correlation_id, shop)
