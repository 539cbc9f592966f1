"""What the checkout does when it hears of an event."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Item
from tradewind.checkout.model import OrderMissing
from tradewind.checkout.reconciliation import Books, mismatches
from tradewind.edge.consumer import Report, queue_consumer
from tradewind.inventory.public import find_reservations
from tradewind.kernel.errors import ComeAgain
from tradewind.kernel.events import Event
from tradewind.ordering.public import Order, OrderWithLines, is_unsettled, lines_in, read_beside, read_order
from tradewind.payments.public import balance, is_money_late, ledger_in
from tradewind.shop import Shop

ADDS_UP, BEING_SETTLED = "AddsUp", "BeingSettled"


class OrderMoving(ComeAgain):
    """The order has changed while it was looked at."""


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
    """The first look costs half and may be a moment behind: nobody is alarmed by it. Raises OrderMoving."""
    order = _order(about, shop)
    beside = read_beside(shop.table, about.order_id, consistent=True)
    if _order(about, shop).version != order.version:
        raise OrderMoving
    wrong = mismatches(_books(order, beside))
    if not wrong:
        return ADDS_UP
    if is_unsettled(beside) or is_money_late(beside):
        return BEING_SETTLED
    return Report(1, {"OrderMismatch": 1}, {"orderId": order.order_id, "mismatches": [each.value for each in wrong]})


def _order(about: AboutOrder, shop: Shop) -> Order:
    order = read_order(shop.table, about.customer_id, about.order_id)
    if order is None:
        raise OrderMissing(f"there is no order {about.order_id} of customer {about.customer_id}")
    return order


def _books(order: Order, beside: list[Item]) -> Books:
    return Books(OrderWithLines(order, lines_in(beside)), find_reservations(beside), balance(ledger_in(beside)))
