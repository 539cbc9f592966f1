"""The consumer of the analytics queue."""

from __future__ import annotations

from enum import StrEnum

from tradewind.analytics import writes
from tradewind.analytics.entries import make_entry
from tradewind.analytics.model import LATE_ENTRY_LIMIT, midnight_after
from tradewind.aws.table import ConditionFailed
from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.shop import Shop


class LogOutcome(StrEnum):
    LOGGED = "Logged"
    ALREADY_LOGGED = "AlreadyLogged"
    TOO_LATE = "TooLate"


@queue_consumer
def log_event(event: Event, shop: Shop) -> str:
    """Log an event for the figures of its day, once."""
    entry, day = make_entry(event, shop.table)
    now, end = shop.clock.now(), midnight_after(day)
    insertion = writes.insert_entry(entry, day, now)
    if now >= end + LATE_ENTRY_LIMIT:
        return LogOutcome.TOO_LATE
    try:
        if now < end:
            shop.table.write(insertion)
        else:
            shop.table.transact([insertion, writes.note_late_entry(day, now)])
    except ConditionFailed:
        return LogOutcome.ALREADY_LOGGED
    return LogOutcome.LOGGED
