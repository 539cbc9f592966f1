"""What the checkout does on a schedule."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.checkout.model import HOPELESS_AFTER, STUCK_AFTER
from tradewind.checkout.resuming import resume, stuck_orders
from tradewind.edge.consumer import Job, Report, job
from tradewind.outbox.public import Bus, event_bridge
from tradewind.shop import Shop

_NAMED = 20


def sweeper(bus: Callable[[str], Bus]) -> Job:
    """Make the job; it asks for the bus when there is something to resume."""

    @job
    def resume_stuck(shop: Shop) -> Report:
        """Resume orders whose checkout, or whose giving back, has stopped on its way."""
        now = shop.clock.now()
        stuck = stuck_orders(shop.table, now - STUCK_AFTER, HOPELESS_AFTER)
        if not stuck:
            return Report(0)
        hopeless = [order.order_id for order in stuck if order.since < now - HOPELESS_AFTER]
        resumed = resume(stuck, shop.table, bus(shop.settings.bus_name))
        return Report(resumed, {"OrderStuck": len(hopeless)}, {"stuckOrderIds": hopeless[:_NAMED]} if hopeless else {})

    return resume_stuck


resume_stuck = sweeper(event_bridge)
