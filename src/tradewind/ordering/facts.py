"""The events of an order's transitions: a transition happens once, so its event has one id, whoever tries how often."""

from __future__ import annotations

from tradewind.kernel.clock import Clock, derive_ulid
from tradewind.kernel.events import Event, EventData, event
from tradewind.ordering.model import Order


def transition_event(told: EventData, order: Order, clock: Clock) -> Event:
    """The event of a change that `order`, as it was read, is about to make."""
    return event(
        told,
        about=order.order_id,
        sequence=order.version + 1,
        clock=clock,
        correlation_id=order.correlation_id,
        event_id=event_id(type(told), order),
    )


def event_id(kind: type[EventData], order: Order) -> str:
    return derive_ulid(order.created_at, f"{kind.__name__}#{order.order_id}")
