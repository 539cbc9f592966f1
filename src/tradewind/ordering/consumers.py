"""What ordering does after an event."""

from __future__ import annotations

from contextlib import suppress

from tradewind.aws.table import ConditionFailed
from tradewind.cart.public import list_lines
from tradewind.cart.public_writes import delete_ordered_line, take_ordered_units
from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.ordering.model import Order, count_units
from tradewind.ordering.reads import read_order_with_lines
from tradewind.shop import Shop


@queue_consumer
def empty_cart(placed: Event, shop: Shop) -> None:
    """Take out of the cart what its order's transaction left there, line by line, unless a line has changed since.

    It takes as long as the cart has lines, however many the order has.
    """
    if not placed.data["cartRemains"]:
        return
    found = read_order_with_lines(shop.table, placed.data["customerId"], placed.data["orderId"])
    if found is None:
        return
    ordered = count_units(found.lines)
    for line in list_lines(shop.table, found.order.customer_id):
        if units := ordered.get(line.variant_id):
            _take_out(found.order, line.variant_id, units, shop)


def _take_out(order: Order, variant_id: str, units: int, shop: Shop) -> None:
    customer_id, until = order.customer_id, order.created_at
    try:
        shop.table.write(delete_ordered_line(customer_id, variant_id, units, until))
    except ConditionFailed:
        with suppress(ConditionFailed):
            shop.table.write(take_ordered_units(customer_id, variant_id, units, until, shop.clock.now()))
