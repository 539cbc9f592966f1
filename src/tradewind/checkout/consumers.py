"""What the checkout does when an event arrives."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Item
from tradewind.checkout.reconciliation import OrderRecords, find_mismatches
from tradewind.edge.consumer import Report, queue_consumer
from tradewind.inventory.public import find_reservations
from tradewind.kernel.events import Event
from tradewind.ordering.public import (
    Order,
    OrderChanged,
    OrderWithLines,
    is_unsettled,
    lines_from,
    read_order,
    read_order_partition,
    require_order,
)
from tradewind.payments.public import balance, has_late_money, ledger_from
from tradewind.shop import Shop

ADDS_UP, SETTLING = "AddsUp", "Settling"


class OrderReference(msgspec.Struct, frozen=True, rename="camel"):
    """What the audit needs of an order's event."""

    order_id: str
    customer_id: str


@queue_consumer
def audit_order(done: Event, shop: Shop) -> str | Report:
    """Check that an order which is done adds up: its lines, its stock, its money. A mismatch is alarmed with its id."""
    reference = msgspec.convert(done.data, OrderReference)
    order = read_order(shop.table, reference.customer_id, reference.order_id, consistent=False)
    beside = read_order_partition(shop.table, reference.order_id, consistent=False)
    adds_up = order is not None and not find_mismatches(_order_records(order, beside))
    return ADDS_UP if adds_up else _audit_consistently(reference, shop)


def _audit_consistently(reference: OrderReference, shop: Shop) -> str | Report:
    """The first reads cost half and may be a moment behind, so that nobody is alarmed by them. Raises OrderChanged."""
    order = require_order(shop.table, reference.customer_id, reference.order_id)
    beside = read_order_partition(shop.table, reference.order_id, consistent=True)
    if require_order(shop.table, reference.customer_id, reference.order_id).version != order.version:
        raise OrderChanged
    mismatches = find_mismatches(_order_records(order, beside))
    if not mismatches:
        return ADDS_UP
    if is_unsettled(beside) or has_late_money(beside):
        return SETTLING
    facts = {"orderId": order.order_id, "mismatches": [mismatch.value for mismatch in mismatches]}
    return Report(1, {"OrderMismatch": 1}, facts)


def _order_records(order: Order, beside: list[Item]) -> OrderRecords:
    placed = OrderWithLines(order, lines_from(beside))
    return OrderRecords(placed, find_reservations(beside), balance(ledger_from(beside)))
