"""What ordering does after an event."""

from __future__ import annotations

from contextlib import suppress

from tradewind.aws.table import ConditionFailed
from tradewind.cart.public import delete_ordered_line
from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.ordering.reads import read_order_with_lines
from tradewind.shop import Shop


@queue_consumer
def empty_cart(placed: Event, shop: Shop) -> None:
    """Empty a cart that was too large for its order's transaction, line by line, unless a line has changed since."""
    if not placed.data["cartRemains"]:
        return
    found = read_order_with_lines(shop.table, placed.data["customerId"], placed.data["orderId"])
    if found is None:
        return
    order = found.order
    for line in found.lines:
        with suppress(ConditionFailed):
            shop.table.write(delete_ordered_line(order.customer_id, line.product_id, line.quantity, order.created_at))
