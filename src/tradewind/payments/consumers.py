"""What payments do when they hear of an event."""

from __future__ import annotations

import msgspec

from tradewind.aws.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.payments.charging import ToRefund, refund_part
from tradewind.shop import Shop


@queue_consumer
def issue_refund(requested: Event, shop: Shop) -> None:
    """Give back what the shop has decided to, once per refund."""
    refund_part(msgspec.convert(requested.data, ToRefund), requested.correlation_id, shop)
