"""The inventory's scheduled jobs."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed
from tradewind.edge.consumer import job
from tradewind.inventory.reads import list_overdue_reservations
from tradewind.inventory.writes import release_unplaced
from tradewind.shop import Shop


@job
def release_overdue(shop: Shop) -> int:
    """Release stock that was held for an order which was never placed: its request died on the way."""
    released = 0
    for reservation in list_overdue_reservations(shop.table, shop.clock.now()):
        try:
            shop.table.transact(release_unplaced(reservation))
        except ConditionFailed:  # the order came after all, or another run was faster
            continue
        released += 1
    return released
