"""What other services may ask of ordering: reading an order, and the writes that move it through its states."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.events import record_event, timeline
from tradewind.aws.table import Check, Equals, Item, Query, Table, Update, Write, query_all
from tradewind.kernel.clock import Clock
from tradewind.kernel.events import Event
from tradewind.ordering import store
from tradewind.ordering.errors import OrderChanged, OrderMissing
from tradewind.ordering.facts import transition_event
from tradewind.ordering.model import (
    HOLD,
    CancelReason,
    Line,
    Order,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    OrderStatus,
    OrderWithLines,
    PaymentStatus,
    Unsettled,
    tracked_units,
)
from tradewind.ordering.store import is_unsettled, lines_in, pending_pages, settled, unsettled_pages

__all__ = [
    "HOLD",
    "CancelReason",
    "Line",
    "Order",
    "OrderChanged",
    "OrderMissing",
    "OrderStatus",
    "OrderWithLines",
    "PaymentStatus",
    "Unsettled",
    "cancelling",
    "confirming",
    "has_ordered_since",
    "is_unsettled",
    "lines_in",
    "order_as_placed",
    "order_with_lines",
    "pending_pages",
    "placement",
    "read_beside",
    "read_order",
    "refunded",
    "refunded_elsewhere",
    "require_order",
    "settled",
    "still_pending",
    "tracked_units",
    "unsettled_pages",
]


def read_order(table: Table, customer_id: str, order_id: str, *, consistent: bool = True) -> Order | None:
    """The order as it is at this moment, or, for half the price, as it was a moment ago."""
    return store.read(table, customer_id, order_id, consistent=consistent)


def require_order(table: Table, customer_id: str, order_id: str) -> Order:
    """The order as it is at this moment. Raises OrderMissing."""
    order = read_order(table, customer_id, order_id)
    if order is None:
        raise OrderMissing(f"there is no order {order_id} of customer {customer_id}")
    return order


def read_beside(table: Table, order_id: str, *, consistent: bool) -> list[Item]:
    """All that stands beside an order, in one read: each service finds its own items among them."""
    return query_all(table, Query(store.partition(order_id), consistent=consistent))


def order_with_lines(table: Table, customer_id: str, order_id: str) -> OrderWithLines | None:
    order = read_order(table, customer_id, order_id)
    return store.with_lines(table, order) if order else None


def order_as_placed(table: Table, customer_id: str, order_id: str) -> OrderWithLines | None:
    """What of an order never changes, for half the price of the state it is in; None where the read was too early."""
    order = store.read(table, customer_id, order_id)
    found = order and OrderWithLines(order, store.read_lines(table, order_id, consistent=False))
    return found if found and found.adds_up else None


def has_ordered_since(table: Table, customer_id: str, moment: datetime) -> bool:
    """Whether the customer's newest order was placed at `moment` or after, whatever has become of it."""
    newest = table.query(msgspec.structs.replace(store.of_customer(customer_id), limit=1, consistent=True)).items
    return any(store.from_item(item).created_at >= moment for item in newest)


def confirming(order: Order, clock: Clock) -> list[Write]:
    """The writes `pending → processing`, paid; their condition fails when the order is not pending any more."""
    told = OrderConfirmed(
        order_id=order.order_id,
        customer_id=order.customer_id,
        total_minor=order.total_minor,
        currency=order.currency,
    )
    moved = store.transition(
        order.customer_id,
        order.order_id,
        OrderStatus.PROCESSING,
        clock.now(),
        changes={"paymentStatus": PaymentStatus.PAID.value},
    )
    return [moved, record_event(transition_event(told, order, clock), store.partition(order.order_id))]


def placement(table: Table, order_id: str) -> Event | None:
    """The OrderPlaced event of an order: what the saga begins with."""
    told = timeline(table, store.partition(order_id))
    return next((event for event in told if event.type == OrderPlaced.__name__), None)


def cancelling(order: Order, reason: CancelReason, clock: Clock) -> list[Write]:
    """The writes `pending → cancelled`; their condition fails when the order is not pending any more."""
    told = OrderCancelled(order_id=order.order_id, customer_id=order.customer_id, reason=reason.value, resume=False)
    moved = store.transition(
        order.customer_id,
        order.order_id,
        OrderStatus.CANCELLED,
        clock.now(),
        changes={"cancelReason": reason.value},
        when=(store.is_status(OrderStatus.PENDING),),
    )
    fact = record_event(transition_event(told, order, clock), store.partition(order.order_id))
    return [moved, store.unsettled(order, clock.now()), fact]


def still_pending(order: Order) -> Check:
    """The condition, for another service's transaction, that nobody has decided on the order yet."""
    return Check(store.key(order.customer_id, order.order_id), when=(store.is_status(OrderStatus.PENDING),))


def refunded(order: Order, now: datetime) -> Update:
    """The write that notes on a cancelled order that its money went back."""
    cancelled = (Equals("status", OrderStatus.CANCELLED.value),)
    return store.payment_transition(order.customer_id, order.order_id, PaymentStatus.REFUNDED, now, cancelled)


def refunded_elsewhere(order: Order, amount_minor: int, now: datetime) -> Update:
    """The write that counts money which was given back past the shop; it fails when the order has changed."""
    given_back = order.refunded_minor + amount_minor
    return Update(
        store.key(order.customer_id, order.order_id),
        set={
            "refundedMinor": given_back,
            "paymentStatus": order.payment_status_after(given_back).value,
            "updatedAt": msgspec.to_builtins(now),
        },
        add={"version": 1},
        when=(Equals("version", order.version),),
    )
