"""Resuming orders that no longer move: their OrderPlaced event goes on the bus again, and the saga goes through them.

On the bus, not straight to the state machine: there is one way into the saga, with its retries and its dead-letter
queue, and an event that was lost on its way reaches everybody else whom it had not reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice

import msgspec

from tradewind.aws.bus import Bus, entry, groups
from tradewind.aws.table import Table
from tradewind.kernel.clock import BEGINNING
from tradewind.kernel.events import Event
from tradewind.ordering.public import Order, pending_pages, placement, unsettled_pages
from tradewind.payments.public import find_awaiting

PER_SHARD = 50
"""Orders that one sweep resumes of one kind in one shard of their index: what the next sweep finds, it resumes."""


class Stuck(msgspec.Struct, frozen=True):
    """An order that should have come through: `since` is when it was placed, or cancelled."""

    order_id: str
    since: datetime


def stuck_orders(table: Table, until: datetime, recent: timedelta) -> list[Stuck]:
    """Orders placed, or cancelled, before `until` that are not through; what is `recent` does not wait for the rest."""
    begin = until - recent
    return [order for after, before in ((begin, until), (BEGINNING, begin)) for order in _stuck(table, after, before)]


def resume(stuck: Iterable[Stuck], table: Table, bus: Bus) -> int:
    """Tell the bus again of orders that were placed; how many of them it took."""
    taken = 0
    for group in groups(map(entry, _placements(stuck, table))):
        taken += bus.put(group).count(None)
    return taken


def _stuck(table: Table, after: datetime, until: datetime) -> Iterator[Stuck]:
    for shard in pending_pages(table, after, until):
        pending = chain.from_iterable(_not_awaiting(page, table) for page in shard)
        yield from (Stuck(order.order_id, order.created_at) for order in islice(pending, PER_SHARD))
    for marked in unsettled_pages(table, after, until):
        unsettled = islice(chain.from_iterable(marked), PER_SHARD)
        yield from (Stuck(order.order_id, order.cancelled_at) for order in unsettled)


def _not_awaiting(orders: list[Order], table: Table) -> list[Order]:
    """A payment that is still to come is no reason to hurry: the payments look after those themselves."""
    waiting = find_awaiting(table, [order.order_id for order in orders])
    return [order for order in orders if order.order_id not in waiting]


def _placements(stuck: Iterable[Stuck], table: Table) -> Iterator[Event]:
    for order in stuck:
        placed = placement(table, order.order_id)
        if placed is not None:
            yield placed
