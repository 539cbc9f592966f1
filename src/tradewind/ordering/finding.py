"""Which order a request is about, and whether it is the caller's business."""

from __future__ import annotations

from typing import Any

from tradewind.edge.http import Request
from tradewind.ordering import store
from tradewind.ordering.errors import OrderNotFound
from tradewind.ordering.messages import OrderPath
from tradewind.ordering.model import Order
from tradewind.shop import Shop


def order_of(request: Request[Any, OrderPath], shop: Shop) -> Order:
    """The caller's own order, or any for an administrator. Raises OrderNotFound, also for somebody else's."""
    order_id = request.params.order_id
    order = store.read(shop.table, request.caller.user_id, order_id, consistent=True)
    if order is None and request.caller.is_admin:
        order = store.find(shop.table, order_id)
    if order is None:
        raise OrderNotFound(f"There is no order {order_id!r}.")
    return order
