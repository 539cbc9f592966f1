"""What the checkout does when it hears of an event."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Item
from tradewind.checkout.reconciliation import Books, mismatches
from tradewind.edge.consumer import Report, queue_consumer
from tradewind.inventory.public import find_reservations
from tradewind.kernel.events import Event
from tradewind.ordering.public import (
    Order,
    OrderChanged,
    OrderWithLines,
    is_unsettled,
    lines_in,
    read_beside,
    read_order,
    require_order,
)
from tradewind.payments.public import balance, has_late_money, ledger_from
from tradewind.shop import Shop

ADDS_UP, BEING_SETTLED = "AddsUp", "BeingSettled"


class AboutOrder(msgspec.Struct, frozen=True, rename="camel"):
    """What is needed of an event that tells of an order."""

    order_id: str
    customer_id: str


@queue_consumer
def audit_order(done: Event, shop: Shop) -> str | Report:
    """Check that an order which is done adds up: its lines, its stock, its money; what does not is told by its id."""
    about = msgspec.convert(done.data, AboutOrder)
    order = read_order(shop.table, about.customer_id, about.order_id, consistent=False)
    beside = read_beside(shop.table, about.order_id, consistent=False)
    is_well = order is not None and not mismatches(_books(order, beside))
    return ADDS_UP if is_well else _looked_at_closely(about, shop)


def _looked_at_closely(about: AboutOrder, shop: Shop) -> str | Report:
    """The first look costs half and may be a moment behind: nobody is alarmed by it. Raises OrderChanged."""
    order = require_order(shop.table, about.customer_id, about.order_id)
    beside = read_beside(shop.table, about.order_id, consistent=True)
    if require_order(shop.table, about.customer_id, about.order_id).version != order.version:
        raise OrderChanged
    wrong = mismatches(_books(order, beside))
    if not wrong:
        return ADDS_UP
    if is_unsettled(beside) or has_late_money(beside):
        return BEING_SETTLED
    return Report(1, {"OrderMismatch": 1}, {"orderId": order.order_id, "mismatches": [each.value for each in wrong]})


def _books(order: Order, beside: list[Item]) -> Books:
    return Books(OrderWithLines(order, lines_in(beside)), find_reservations(beside), balance(ledger_from(beside)))
