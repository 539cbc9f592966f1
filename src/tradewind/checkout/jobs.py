"""What the checkout does on a schedule."""

from __future__ import annotations

from tradewind.checkout.model import HOPELESS_AFTER, STUCK_AFTER
from tradewind.checkout.resuming import resume, stuck_orders
from tradewind.edge.consumer import Report, job
from tradewind.shop import Shop

_NAMED = 20


@job
def resume_stuck(shop: Shop) -> Report:
    """Resume orders whose checkout, or whose giving back, has stopped on its way."""
    now = shop.clock.now()
    stuck = stuck_orders(shop.table, now - STUCK_AFTER, HOPELESS_AFTER)
    if not stuck:
        return Report(0)
    hopeless = [order.order_id for order in stuck if order.since < now - HOPELESS_AFTER]
    resumed = resume(stuck, shop.table, shop.bus)
    return Report(resumed, {"OrderStuck": len(hopeless)}, {"stuckOrderIds": hopeless[:_NAMED]} if hopeless else {})
