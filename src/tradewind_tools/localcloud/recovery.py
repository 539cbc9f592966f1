"""After a stop or a crash: orders that stand still are resumed at once, where the sweeper would wait to be sure.

Nothing can be at work on them yet, so there is nothing to wait for.
"""

from __future__ import annotations

from tradewind.aws.bus import EventBridgeBus
from tradewind.checkout.model import STUCK_AFTER
from tradewind.checkout.stuck_orders import find_stuck_orders, resume_orders
from tradewind_tools.localcloud.inside import shop_at
from tradewind_tools.localcloud.sdk import local_session


def resume_all(endpoint_url: str) -> int:
    """Resume what stands still; how many orders that were."""
    shop = shop_at(endpoint_url)
    stuck = find_stuck_orders(shop.table, shop.clock.now(), STUCK_AFTER)
    client = local_session().client("events", endpoint_url=endpoint_url)
    return resume_orders(stuck, shop.table, EventBridgeBus(shop.settings.bus_name, client)) if stuck else 0
