"""Resuming orders that no longer move: their OrderPlaced event goes on the bus again, and the saga goes through them.

On the bus, not straight to the state machine: there is one way into the saga, with its retries and its dead-letter
queue, and an event that was lost on its way also reaches every other consumer that it had not reached.
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
from tradewind.ordering.public import Order, find_placed_event, page_pending_orders, page_unsettled_orders
from tradewind.payments.public import find_awaiting

PER_SHARD = 50
"""Orders that one sweep resumes of one kind in one shard of their index: the next sweep finds those that are left."""


class StuckOrder(msgspec.Struct, frozen=True):
    """An order that should be through the checkout: `since` is when it was placed, or cancelled."""

    order_id: str
    since: datetime


def find_stuck_orders(table: Table, until: datetime, recent: timedelta) -> list[StuckOrder]:
    """Orders placed, or cancelled, before `until` that are not through; the `recent` ones do not wait for the older."""
    begin = until - recent
    return [order for after, before in ((begin, until), (BEGINNING, begin)) for order in _find(table, after, before)]


def resume_orders(stuck: Iterable[StuckOrder], table: Table, bus: Bus) -> int:
    """Put the orders' OrderPlaced events on the bus again; returns how many of them it accepted."""
    accepted = 0
    for group in groups(map(entry, _read_placements(stuck, table))):
        accepted += bus.put(group).count(None)
    return accepted


def _find(table: Table, after: datetime, until: datetime) -> Iterator[StuckOrder]:
    for pages in page_pending_orders(table, after, until):
        pending = chain.from_iterable(_leave_out_awaiting(page, table) for page in pages)
        yield from (StuckOrder(order.order_id, order.created_at) for order in islice(pending, PER_SHARD))
    for pages_of_cancelled in page_unsettled_orders(table, after, until):
        unsettled = islice(chain.from_iterable(pages_of_cancelled), PER_SHARD)
        yield from (StuckOrder(order.order_id, order.cancelled_at) for order in unsettled)


def _leave_out_awaiting(orders: list[Order], table: Table) -> list[Order]:
    """An order that awaits its payment is not stuck: the payments' own job looks after it."""
    awaiting = find_awaiting(table, [order.order_id for order in orders])
    return [order for order in orders if order.order_id not in awaiting]


def _read_placements(stuck: Iterable[StuckOrder], table: Table) -> Iterator[Event]:
    for order in stuck:
        placed = find_placed_event(table, order.order_id)
        if placed is not None:
            yield placed
