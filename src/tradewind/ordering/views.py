"""Orders as callers see them: amounts as decimals, without the payment's token."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tradewind.kernel.events import Event
from tradewind.kernel.money import to_decimal
from tradewind.kernel.variant_ids import product_of
from tradewind.ordering.messages import (
    OrderLineView,
    OrderProgress,
    OrderSummary,
    OrderView,
    RefundView,
    ShipmentView,
    TimelineEntry,
)
from tradewind.ordering.model import (
    Order,
    OrderLine,
    Refund,
    RefundDecision,
    RefundedTotals,
    sum_refunded_lines,
)

_SUMMARY_FIELDS = tuple(name for name in OrderSummary.__struct_fields__ if name != "total")


def summary(order: Order) -> OrderSummary:
    return OrderSummary(
        **{name: getattr(order, name) for name in _SUMMARY_FIELDS},
        total=to_decimal(order.total_minor, order.currency),
    )


def view(order: Order, lines: Sequence[OrderLine], refunds: Sequence[Refund]) -> OrderView:
    return OrderView(
        **msgspec.structs.asdict(summary(order)),
        placed_by=order.placed_by,
        refunded=to_decimal(order.refunded_minor, order.currency),
        shipment=_shipment(order),
        shipping_address=order.shipping_address,
        lines=_lines(lines, refunds, order.currency),
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


def _lines(lines: Sequence[OrderLine], refunds: Sequence[Refund], currency: str) -> list[OrderLineView]:
    """What was refunded of a variant counts along its lines, in their order."""
    shown, totals = [], sum_refunded_lines(refunds)
    for line in lines:
        left = totals.get(line.variant_id, RefundedTotals())
        quantity, restocked = min(left.quantity, line.quantity), min(left.restocked, line.quantity)
        amount_minor = min(left.amount_minor, line.total_minor)
        totals[line.variant_id] = RefundedTotals(
            left.quantity - quantity, left.restocked - restocked, left.amount_minor - amount_minor
        )
        shown.append(_line(line, RefundedTotals(quantity, restocked, amount_minor), currency))
    return shown


def _line(line: OrderLine, refunded: RefundedTotals, currency: str) -> OrderLineView:
    return OrderLineView(
        product_id=product_of(line.variant_id),
        variant_id=line.variant_id,
        name=line.name,
        options={name: value for name, value in line.options},  # noqa: C416 - mypy takes lists for no pairs
        quantity=line.quantity,
        unit_price=to_decimal(line.unit_price_minor, currency),
        line_total=to_decimal(line.total_minor, currency),
        refunded_quantity=refunded.quantity,
        restocked_quantity=refunded.restocked,
        refunded_amount=to_decimal(refunded.amount_minor, currency),
    )
