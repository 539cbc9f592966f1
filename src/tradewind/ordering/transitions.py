"""An order's transitions: what each writes, under which condition, and the event that announces it.

Each is one transaction on the order's own state; what follows (stock, money, mails) follows from its event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
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
    order_settled_event,
    refund_requested_event,
)
from tradewind.ordering.model import (
    ISSUE_WITHIN,
    CancelReason,
    FulfilmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
    Refund,
    RefundDecision,
    RefundOrigin,
    RefundState,
    Shipment,
)
from tradewind.ordering.reads import has_status
from tradewind.ordering.writes import (
    clear_unsettled,
    give_back_allowance,
    insert_refund,
    is_unchanged,
    mark_unsettled,
    move_order,
    record_full_refund,
    record_refund,
)

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
    paid = {"paymentStatus": order.paid_status_after(order.refunded_minor).value}
    now = clock.now()
    moved = move_order(order, OrderStatus.PROCESSING, now, changes=paid)
    return Transition([moved, *give_back_allowance(order, now, is_paid=True)], order_confirmed_event(order, clock))


def cancel(
    order: Order, reason: CancelReason, clock: Clock, *, goods: Sequence[Write], in_checkout: bool = False
) -> Transition:
    """Cancel an order that is not fulfilled, and mark it until all that it took is given back. Raises OrderClosed.

    `goods` closes its reservations, so that nothing is held or sold for it any more. In the checkout the condition is
    that the order is still pending, and the running checkout gives back. Otherwise it is that the order has not
    changed, and the event starts the checkout once more, to give back.
    """
    if not order.is_open:
        raise OrderClosed("The order was sent already. Ask for a refund instead.")
    now = clock.now()
    condition = has_status(OrderStatus.PENDING) if in_checkout else is_unchanged(order)
    moved = move_order(order, OrderStatus.CANCELLED, now, changes={"cancelReason": reason.value}, when=(condition,))
    cancelled = order_cancelled_event(order, reason, clock, resume=not in_checkout)
    given_back = give_back_allowance(order, now, is_paid=False)
    return Transition([moved, mark_unsettled(order, now), *given_back, *goods], cancelled)


def fulfil(order: Order, shipment: Shipment, clock: Clock) -> Transition:
    """`processing → completed`, with its shipment, if it has not changed. Raises OrderNotPaid or OrderClosed."""
    _check_fulfillable(order)
    fulfilled = {"fulfilmentStatus": FulfilmentStatus.FULFILLED.value, "shipment": msgspec.to_builtins(shipment)}
    moved = move_order(order, OrderStatus.COMPLETED, clock.now(), changes=fulfilled, when=(is_unchanged(order),))
    return Transition([moved], order_fulfilled_event(order, shipment, clock))


def settle(order: Order, clock: Clock, *, correlation_id: str) -> Transition:
    """All that a cancelled order took is given back; its condition fails when it was settled before."""
    return Transition([clear_unsettled(order.order_id)], order_settled_event(order, correlation_id, clock))


def refund(
    order: Order, decision: RefundDecision, clock: Clock, *, correlation_id: str, goods: Sequence[Write] = ()
) -> Transition:
    """Record a decision to refund, if the order has not changed; `goods` says what becomes of the units.

    Where no money is to move, nobody has to do anything for it: it is issued with its decision.
    """
    now, is_done = clock.now(), decision.amount_minor == 0
    recorded = record_refund(order, decision.amount_minor, now, decision.units)
    decided = msgspec.structs.replace(
        _decide(order, decision.refund_id, decision.amount_minor, decision.reason, now, correlation_id),
        state=RefundState.ISSUED if is_done else RefundState.REQUESTED,
        lines=decision.lines,
        is_restocked=decision.is_restocked,
    )
    requested = refund_requested_event(order, decision, correlation_id, clock)
    return Transition([recorded, insert_refund(decided, None if is_done else now + ISSUE_WITHIN), *goods], requested)


def refund_rest(
    order: Order, refund_id: str, clock: Clock, *, correlation_id: str
) -> tuple[Refund | None, list[Write]]:
    """Decide to refund what is left of a cancelled order's money, if the order has not changed; None of nothing."""
    now, rest_minor = clock.now(), order.total_minor - order.refunded_minor
    refunded = record_full_refund(order, now)
    if rest_minor <= 0:
        return None, [refunded]
    rest = _decide(order, refund_id, rest_minor, order.cancel_reason or "", now, correlation_id)
    rest = msgspec.structs.replace(rest, origin=RefundOrigin.CANCELLATION)
    return rest, [refunded, insert_refund(rest, now + ISSUE_WITHIN)]


def record_external_refund(
    order: Order, reference: str, amount_minor: int, reason: str, clock: Clock, *, correlation_id: str
) -> list[Write]:
    """A refund that was made at the payment provider is taken as decided, if the order has not changed.

    The first condition fails when it is known. A cancelled order that keeps money after it is settled once more: what
    the shop wanted to refund of it may have been more than was left.
    """
    now = clock.now()
    made = msgspec.structs.replace(
        _decide(order, reference, amount_minor, reason, now, correlation_id),
        origin=RefundOrigin.PROVIDER,
        state=RefundState.ISSUED,
        reference=reference,
    )
    is_open = order.status is OrderStatus.CANCELLED and order.refunded_minor + amount_minor < order.total_minor
    resumed = [mark_unsettled(order, now)] if is_open else []
    return [insert_refund(made), record_refund(order, amount_minor, now), *resumed]


def retry_on_conflict(change: Callable[[], R]) -> R:
    """What `change` gives, once nobody else changes the order between its read and its write. Raises TableBusy."""
    for _ in range(_ATTEMPTS):
        with suppress(ConditionFailed):
            return change()
    raise TableBusy("Others are changing this order just now. Please try again.", retry_after_seconds=1)


def _decide(order: Order, refund_id: str, amount_minor: int, reason: str, now: datetime, correlation_id: str) -> Refund:
    return Refund(
        refund_id=refund_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        amount_minor=amount_minor,
        currency=order.currency,
        reason=reason,
        origin=RefundOrigin.SHOP,
        state=RefundState.REQUESTED,
        created_at=now,
        updated_at=now,
        correlation_id=correlation_id,
    )


def _check_fulfillable(order: Order) -> None:
    if order.status is OrderStatus.PENDING:
        raise OrderNotPaid("The order is not paid yet.")
    if order.status is not OrderStatus.PROCESSING:
        raise OrderClosed(f"The order is {order.status.value} already.")
    if order.payment_status is PaymentStatus.REFUNDED:
        raise OrderNotPaid("All of the order's money was refunded. Cancel it instead.")
