"""What the inventory does on a schedule."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed
from tradewind.edge.consumer import job
from tradewind.inventory.reservations import abandoning, overdue_without_order
from tradewind.shop import Shop


@job
def release_overdue(shop: Shop) -> int:
    """Put stock back on sale that was reserved for an order which was never placed: its request died on the way."""
    released = 0
    for reservation in overdue_without_order(shop.table, shop.clock.now()):
        try:
            shop.table.transact(abandoning(reservation))
        except ConditionFailed:  # the order came after all, or another run was faster
            continue
        released += 1
    return released
