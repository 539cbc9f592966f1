"""The consumer of the analytics queue."""

from __future__ import annotations

from enum import StrEnum

from tradewind.analytics import store
from tradewind.analytics.recording import noted
from tradewind.aws.table import ConditionFailed
from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.shop import Shop


class Outcome(StrEnum):
    NOTED = "Noted"
    ALREADY_NOTED = "AlreadyNoted"
    TOO_LATE = "TooLate"


@queue_consumer
def record_event(event: Event, shop: Shop) -> str:
    """Note an event in the log of its day, once; figures that were made of that day before are out of date then."""
    entry, day = noted(event, shop.table)
    now, end = shop.clock.now(), store.midnight_after(day)
    if now >= end + store.NOTED_FOR:
        return Outcome.TOO_LATE
    try:
        if now < end:
            shop.table.write(store.logged(entry, day))
        else:
            shop.table.transact([store.logged(entry, day), store.came_late(day)])
    except ConditionFailed:
        return Outcome.ALREADY_NOTED
    return Outcome.NOTED
