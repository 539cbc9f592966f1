"""How long an order is kept whole: until it is decided, and then as long as tax law demands."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Table
from tradewind.ordering.model import Order, OrderStatus, PaymentStatus, RefundState
from tradewind.ordering.reads import list_refunds, order_from, query_orders, unsettled_key

SETTLED_WITHIN = timedelta(days=30)
"""An order that did not move for so long has no money left on its way."""
_LOOKED_AT = 100
"""As many of the orders that moved lately are looked at, the newest ones."""


def list_unfinished_orders(table: Table, customer_id: str, now: datetime) -> list[Order]:
    """A customer's orders, the newest first, that are not decided and sent, or whose money is still on its way.

    One page of a query is looked at, which holds about a thousand orders: older ones do not make a request slower. The
    read is consistent: an order that was confirmed a moment ago counts.
    """
    query = msgspec.structs.replace(query_orders(customer_id), consistent=True)
    newest = [order_from(item) for item in table.query(query).items]
    moved = [order for order in newest if not _is_in_hand(order) and now - order.updated_at < SETTLED_WITHIN]
    unsettled = {order.order_id for order in _list_unsettled(table, moved[:_LOOKED_AT])}
    return [order for order in newest if _is_in_hand(order) or order.order_id in unsettled]


def keep_until(order: Order, years: int) -> datetime | None:
    """When an order's personal data may go: at once if it was never paid; None while it is not decided.

    The time counts from the end of the year, as tax law has it: German AO, § 147 (4).
    https://www.gesetze-im-internet.de/ao_1977/__147.html
    """
    if _is_in_hand(order):
        return None
    if order.payment_status is PaymentStatus.UNPAID:
        return order.updated_at
    placed = order.created_at
    return datetime(placed.year + years + 1, 1, 1, tzinfo=placed.tzinfo)


def _is_in_hand(order: Order) -> bool:
    return order.status in (OrderStatus.PENDING, OrderStatus.PROCESSING)


def _list_unsettled(table: Table, orders: list[Order]) -> list[Order]:
    """Those whose stock or money is still to be given back."""
    cancelled = [unsettled_key(order.order_id) for order in orders if order.status is OrderStatus.CANCELLED]
    marked = table.get_many(cancelled, consistent=True) if cancelled else {}
    return [order for order in orders if unsettled_key(order.order_id) in marked or _awaits_refund(table, order)]


def _awaits_refund(table: Table, order: Order) -> bool:
    if not order.refunded_minor:
        return False
    return any(refund.state is RefundState.REQUESTED for refund in list_refunds(table, order.order_id))
