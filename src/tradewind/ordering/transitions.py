"""An order's transitions: what each writes, under which condition, and the event that announces it.

Each is one transaction on the order's own state; what follows (stock, money, mails) follows from its event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec

from tradewind.aws.events import record_event
from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.kernel.clock import Clock
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import order_partition
from tradewind.ordering.errors import OrderClosed, OrderNotPaid
from tradewind.ordering.events import (
    order_cancelled_event,
    order_confirmed_event,
    order_fulfilled_event,
    refund_requested_event,
)
from tradewind.ordering.model import (
    CancelReason,
    FulfilmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
    RefundDecision,
    Shipment,
)
from tradewind.ordering.reads import has_status
from tradewind.ordering.writes import is_unchanged, mark_unsettled, move_order, record_refund

R = TypeVar("R")

_ATTEMPTS = 5


class Transition(msgspec.Struct, frozen=True):
    """The writes of a change to an order, and the event that announces it."""

    writes: list[Write]
    event: Event

    @property
    def transaction(self) -> list[Write]:
        """All of it, to be written at once."""
        return [*self.writes, record_event(self.event, order_partition(self.event.aggregate_id))]


def confirm(order: Order, clock: Clock) -> Transition:
    """`pending → processing`, paid; its condition fails when the order is not pending any more."""
    paid = {"paymentStatus": PaymentStatus.PAID.value}
    moved = move_order(order, OrderStatus.PROCESSING, clock.now(), changes=paid)
    return Transition([moved], order_confirmed_event(order, clock))


def cancel(order: Order, reason: CancelReason, clock: Clock, *, in_checkout: bool = False) -> Transition:
    """Cancel an order that is not fulfilled, and mark it until all that it took is given back. Raises OrderClosed.

    In the checkout the condition is that the order is still pending, and the running checkout gives back. Otherwise it
    is that the order has not changed, and the event starts the checkout once more, to give back.
    """
    if not order.is_open:
        raise OrderClosed("The order was sent already. Ask for a refund instead.")
    now = clock.now()
    condition = has_status(OrderStatus.PENDING) if in_checkout else is_unchanged(order)
    moved = move_order(order, OrderStatus.CANCELLED, now, changes={"cancelReason": reason.value}, when=(condition,))
    cancelled = order_cancelled_event(order, reason, clock, resume=not in_checkout)
    return Transition([moved, mark_unsettled(order, now)], cancelled)


def fulfil(order: Order, shipment: Shipment, clock: Clock) -> Transition:
    """`processing → completed`, with its shipment, if it has not changed. Raises OrderNotPaid or OrderClosed."""
    _check_fulfillable(order)
    fulfilled = {"fulfilmentStatus": FulfilmentStatus.FULFILLED.value, "shipment": msgspec.to_builtins(shipment)}
    moved = move_order(order, OrderStatus.COMPLETED, clock.now(), changes=fulfilled, when=(is_unchanged(order),))
    return Transition([moved], order_fulfilled_event(order, shipment, clock))


def refund(
    order: Order, decision: RefundDecision, clock: Clock, *, correlation_id: str, restock: Sequence[Write] = ()
) -> Transition:
    """Record a decision to refund, if the order has not changed; `restock` puts the units back on sale."""
    recorded_refund = record_refund(order, decision.amount_minor, clock.now(), decision.units)
    requested = refund_requested_event(order, decision, correlation_id, clock)
    return Transition([recorded_refund, *restock], requested)


def retry_on_conflict(change: Callable[[], R]) -> R:
    """What `change` gives, once nobody else changes the order between its read and its write. Raises TableBusy."""
    for _ in range(_ATTEMPTS):
        with suppress(ConditionFailed):
            return change()
    raise TableBusy("Others are changing this order just now. Please try again.", retry_after_seconds=1)


def _check_fulfillable(order: Order) -> None:
    if order.status is OrderStatus.PENDING:
        raise OrderNotPaid("The order is not paid yet.")
    if order.status is not OrderStatus.PROCESSING:
        raise OrderClosed(f"The order is {order.status.value} already.")
    if order.payment_status is PaymentStatus.REFUNDED:
        raise OrderNotPaid("All of the order's money was refunded. Cancel it instead.")
