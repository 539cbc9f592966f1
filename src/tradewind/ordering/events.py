"""The events of an order. Each is recorded with the change that it announces.

A transition happens once, so its event has one id, whoever tries it and however often.
"""

from __future__ import annotations

from tradewind.kernel.clock import Clock, derive_ulid
from tradewind.kernel.events import Event, EventData, event
from tradewind.ordering.model import (
    CancelReason,
    Order,
    OrderCancelled,
    OrderConfirmed,
    OrderFulfilled,
    OrderPlaced,
    OrderSettled,
    RefundDecision,
    RefundRequested,
    Shipment,
)


def order_placed_event(order: Order, clock: Clock, *, cart_remains: bool) -> Event:
    data = OrderPlaced(
        order_id=order.order_id,
        customer_id=order.customer_id,
        total_minor=order.total_minor,
        currency=order.currency,
        line_count=order.line_count,
        cart_remains=cart_remains,
    )
    return event(data, about=order.order_id, sequence=order.version, clock=clock, correlation_id=order.correlation_id)


def order_confirmed_event(order: Order, clock: Clock) -> Event:
    data = OrderConfirmed(
        order_id=order.order_id,
        customer_id=order.customer_id,
        total_minor=order.total_minor,
        currency=order.currency,
    )
    return _transition_event(data, order, clock)


def order_cancelled_event(order: Order, reason: CancelReason, clock: Clock, *, resume: bool) -> Event:
    data = OrderCancelled(order_id=order.order_id, customer_id=order.customer_id, reason=reason.value, resume=resume)
    return _transition_event(data, order, clock)


def order_settled_event(order: Order, correlation_id: str, clock: Clock) -> Event:
    """An order is settled once more where money moved after it was, so each event has an id of its own."""
    data = OrderSettled(order_id=order.order_id, customer_id=order.customer_id)
    return event(data, about=order.order_id, sequence=order.version, clock=clock, correlation_id=correlation_id)


def order_fulfilled_event(order: Order, shipment: Shipment, clock: Clock) -> Event:
    data = OrderFulfilled(
        order_id=order.order_id,
        customer_id=order.customer_id,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
    )
    return _transition_event(data, order, clock)


def refund_requested_event(order: Order, decision: RefundDecision, correlation_id: str, clock: Clock) -> Event:
    """An order may be refunded several times, so the event's id is that of the refund."""
    data = RefundRequested(
        order_id=order.order_id,
        customer_id=order.customer_id,
        refund_id=decision.refund_id,
        amount_minor=decision.amount_minor,
        currency=order.currency,
        reason=decision.reason,
    )
    return event(
        data,
        about=order.order_id,
        sequence=order.version + 1,
        clock=clock,
        correlation_id=correlation_id,
        event_id=decision.refund_id,
    )


def _transition_event(data: EventData, order: Order, clock: Clock) -> Event:
    """The event of a change that `order`, as it was read, is about to make."""
    return event(
        data,
        about=order.order_id,
        sequence=order.version + 1,
        clock=clock,
        correlation_id=order.correlation_id,
        event_id=derive_ulid(order.created_at, f"{type(data).__name__}#{order.order_id}"),
    )
