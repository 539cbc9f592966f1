"""Domain events as items of the table: the outbox that the stream forwards, and the timeline of an aggregate."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from tradewind.aws.table import Item, Put, Query, Table, query_all
from tradewind.aws.trace import current_trace
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.events import Event

PREFIX = "EVENT#"

KEPT_FOR = timedelta(days=35)
"""How long the events of carts and accounts stay beside them: as long as the table can be restored."""


def record_event(event: Event, partition: str) -> Put:
    """The write that records `event` in the partition of its aggregate, with the trace that it belongs to."""
    trace = current_trace()
    traced = msgspec.structs.replace(event, trace_header=trace.header) if trace else event
    return Put({"PK": partition, "SK": f"{PREFIX}{event.event_id}", **msgspec.to_builtins(traced)})


def record_passing_event(event: Event, partition: str) -> Put:
    """The same of what nobody looks up later: DynamoDB removes the item within days of its time.

    No consumer may take an event's item for the record of what it did.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    recorded = record_event(event, partition)
    return Put({**recorded.item, "expiresAt": epoch_seconds(event.occurred_at + KEPT_FOR)})


def timeline(table: Table, partition: str) -> list[Event]:
    """What has happened to an aggregate, oldest first."""
    return in_order(from_item(item) for item in query_all(table, Query(partition, begins=PREFIX)))


def in_order(events: Iterable[Event]) -> list[Event]:
    """Oldest first; ids alone do not sort, since some are derived."""
    return sorted(events, key=lambda event: (event.occurred_at, event.sequence))


def from_item(item: Item) -> Event:
    return msgspec.convert(item, Event)
