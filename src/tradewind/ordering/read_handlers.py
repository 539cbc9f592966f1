"""The operations that read orders."""

from __future__ import annotations

from tradewind.aws.events import timeline
from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import InvalidCursor
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page
from tradewind.kernel.caller import Caller, Permission, Role
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import order_partition
from tradewind.ordering import views
from tradewind.ordering.errors import OrderNotFound
from tradewind.ordering.messages import ListOrders, OrderPath, OrderProgress, OrderSummary, OrderView
from tradewind.ordering.reads import find_order, read_lines_and_refunds
from tradewind.ordering.search import search_all_orders, search_customer_orders
from tradewind.shop import Shop, prepare_types

prepare_types(Event)


@endpoint(role=Role.CUSTOMER, permission=Permission.ORDERS, params=ListOrders, errors=(InvalidCursor,))
def list_orders(request: Request[Empty, ListOrders], shop: Shop) -> Page[OrderSummary]:
    """List orders.

    Newest first: a customer's own; for administrators everybody's, by status, time or customer. With a filter a page of
    one customer's orders looks at 200 of them: it may be short, or empty, and `nextCursor` goes on from there.
    """
    search, caller = request.params, request.caller
    scope = _scope(search, caller)
    start = unseal(search.cursor, scope, shop)
    if caller.is_staff and search.customer_id is None:
        orders, following = search_all_orders(shop.table, search, start)
    else:
        customer_id = search.customer_id if caller.is_staff and search.customer_id else caller.user_id
        orders, following = search_customer_orders(shop.table, customer_id, search, start)
    return Page(items=[views.summary(order) for order in orders], next_cursor=seal(following, scope, shop))


@endpoint(role=Role.CUSTOMER, permission=Permission.ORDERS, params=OrderPath, errors=(OrderNotFound,))
def get_order(request: Request[Empty, OrderPath], shop: Shop) -> OrderView:
    """Get an order with its lines, and what was refunded and restocked of each."""
    order = find_order(shop.table, request.caller, request.params.order_id)
    return views.view(order, *read_lines_and_refunds(shop.table, order.order_id))


@endpoint(role=Role.CUSTOMER, permission=Permission.ORDERS, params=OrderPath, errors=(OrderNotFound,))
def get_order_status(request: Request[Empty, OrderPath], shop: Shop) -> OrderProgress:
    """Get the status and timeline of an order."""
    order = find_order(shop.table, request.caller, request.params.order_id)
    return views.progress(order, timeline(shop.table, order_partition(order.order_id)))


def _scope(search: ListOrders, caller: Caller) -> str:
    """What a cursor is good for: it is worth nothing to another caller."""
    filters = (search.customer_id, search.status, search.placed_from, search.placed_to)
    return f"orders|{caller.role}|{caller.user_id}|{filters}"
