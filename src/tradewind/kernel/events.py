"""Domain events: facts in the past tense, written with the change that they describe, forwarded by the stream.

The envelope is the contract with every consumer; a consumer ignores fields that it does not know.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.kernel.clock import Clock, ulid


class Event(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One fact about one aggregate.

    `sequence` orders the events of an aggregate; `correlation_id` is the request that started it all;
    `data` is JSON as the event's schema in docs/reference says. `trace_header` carries a sampled trace over the stream;
    the bus gets it beside the event.
    """

    event_id: str
    type: str
    version: int
    occurred_at: datetime
    aggregate_id: str
    sequence: int
    correlation_id: str
    data: dict[str, Any]
    trace_header: str = ""


class EventData(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The base of an event's data; the class name is the event's type."""


def event(
    data: EventData,
    *,
    about: str,
    sequence: int,
    clock: Clock,
    correlation_id: str,
    event_id: str | None = None,
) -> Event:
    """The event that `data` has happened to the aggregate `about`; `event_id` when it must be the same each time."""
    return Event(
        event_id=event_id or ulid(clock),
        type=type(data).__name__,
        version=1,
        occurred_at=clock.now(),
        aggregate_id=about,
        sequence=sequence,
        correlation_id=correlation_id,
        data=msgspec.to_builtins(data),
    )
