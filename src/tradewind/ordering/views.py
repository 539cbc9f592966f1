"""Orders as callers see them: amounts as decimals, nothing of the payment's token."""

from __future__ import annotations

import msgspec

from tradewind.kernel.events import Event
from tradewind.kernel.money import to_decimal
from tradewind.ordering.messages import (
    LineView,
    OrderProgress,
    OrderSummary,
    OrderView,
    TimelineEntry,
)
from tradewind.ordering.model import Line, Order

_SUMMARY_FIELDS = tuple(name for name in OrderSummary.__struct_fields__ if name != "total")


def summary(order: Order) -> OrderSummary:
    return OrderSummary(
        **{name: getattr(order, name) for name in _SUMMARY_FIELDS},
        total=to_decimal(order.total_minor, order.currency),
    )


def view(order: Order, lines: list[Line]) -> OrderView:
    return OrderView(
        **msgspec.structs.asdict(summary(order)),
        placed_by=order.placed_by,
        shipping_address=order.shipping_address,
        lines=[_line(line, order.currency) for line in lines],
    )


def progress(order: Order, events: list[Event]) -> OrderProgress:
    return OrderProgress(
        order_id=order.order_id,
        status=order.status,
        payment_status=order.payment_status,
        fulfilment_status=order.fulfilment_status,
        cancel_reason=order.cancel_reason,
        timeline=[TimelineEntry(event.type, event.occurred_at, event.data.get("reason")) for event in events],
    )


def _line(line: Line, currency: str) -> LineView:
    return LineView(
        product_id=line.product_id,
        name=line.name,
        quantity=line.quantity,
        unit_price=to_decimal(line.unit_price_minor, currency),
        line_total=to_decimal(line.total_minor, currency),
    )
