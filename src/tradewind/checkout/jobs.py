"""What the checkout does on a schedule."""

from __future__ import annotations

from tradewind.checkout.model import ALERT_AFTER, STUCK_AFTER
from tradewind.checkout.stuck_orders import find_stuck_orders, resume_orders
from tradewind.edge.consumer import Report, job
from tradewind.shop import Shop

_LISTED = 20


@job
def resume_stuck(shop: Shop) -> Report:
    """Resume orders whose checkout, or whose refund and release, stopped halfway."""
    now = shop.clock.now()
    stuck = find_stuck_orders(shop.table, now - STUCK_AFTER, ALERT_AFTER)
    if not stuck:
        return Report(0)
    overdue = [order.order_id for order in stuck if order.since < now - ALERT_AFTER]
    resumed = resume_orders(stuck, shop.table, shop.bus)
    return Report(resumed, {"OrderStuck": len(overdue)}, {"stuckOrderIds": overdue[:_LISTED]} if overdue else {})
