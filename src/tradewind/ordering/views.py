"""Orders as callers see them: amounts as decimals, without the payment's token."""

from __future__ import annotations

import msgspec

from tradewind.kernel.events import Event
from tradewind.kernel.money import to_decimal
from tradewind.ordering.messages import (
    OrderLineView,
    OrderProgress,
    OrderSummary,
    OrderView,
    RefundView,
    ShipmentView,
    TimelineEntry,
)
from tradewind.ordering.model import Order, OrderLine, RefundDecision

_SUMMARY_FIELDS = tuple(name for name in OrderSummary.__struct_fields__ if name != "total")


def summary(order: Order) -> OrderSummary:
    return OrderSummary(
        **{name: getattr(order, name) for name in _SUMMARY_FIELDS},
        total=to_decimal(order.total_minor, order.currency),
    )


def view(order: Order, lines: list[OrderLine]) -> OrderView:
    return OrderView(
        **msgspec.structs.asdict(summary(order)),
        placed_by=order.placed_by,
        refunded=to_decimal(order.refunded_minor, order.currency),
        shipment=_shipment(order),
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


def refund(order: Order, decision: RefundDecision) -> RefundView:
    """`order` is as it was before the refund."""
    return RefundView(
        refund_id=decision.refund_id,
        order_id=order.order_id,
        amount=to_decimal(decision.amount_minor, order.currency),
        refunded=to_decimal(order.refunded_minor + decision.amount_minor, order.currency),
        total=to_decimal(order.total_minor, order.currency),
        currency=order.currency,
    )


def _shipment(order: Order) -> ShipmentView | None:
    sent = order.shipment
    return ShipmentView(carrier=sent.carrier, tracking_number=sent.tracking_number) if sent else None


def _line(line: OrderLine, currency: str) -> OrderLineView:
    return OrderLineView(
        product_id=line.product_id,
        name=line.name,
        quantity=line.quantity,
        unit_price=to_decimal(line.unit_price_minor, currency),
        line_total=to_decimal(line.total_minor, currency),
    )
