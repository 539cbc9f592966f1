"""The scheduled jobs of notifications."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from tradewind.aws.events import record_passing_event
from tradewind.aws.table import ConditionFailed, Put, Write
from tradewind.cart import public as cart
from tradewind.cart import public_writes as cart_writes
from tradewind.cart.public import CartAbandoned, CartLine, OpenCart
from tradewind.edge.consumer import job
from tradewind.kernel.clock import epoch_ms, ulid
from tradewind.kernel.events import event
from tradewind.kernel.partitions import user_partition
from tradewind.ordering.public import has_ordered_since
from tradewind.shop import Shop

PER_SHARD = 100
"""Carts of a shard that one run handles; the next run takes the rest."""


@job
def remind_of_carts(shop: Shop) -> int:
    """Remind customers of abandoned carts.

    A cart that was left for a day gets an event CartAbandoned, which the reminder follows from; a customer gets one a
    week at most.
    """
    now = shop.clock.now()
    return sum(_announce(mark, now, shop) for mark in _list_due(now, shop))


def _list_due(now: datetime, shop: Shop) -> list[OpenCart]:
    queries = (cart.query_due_carts(shard, now, PER_SHARD) for shard in range(cart.OPEN_SHARDS))
    return [cart.open_cart_from(item) for query in queries for item in shop.table.query(query).items]


def _announce(mark: OpenCart, now: datetime, shop: Shop) -> bool:
    """Move the cart's mark on, alone or with the event; return whether an event was recorded."""
    writes = _decide(mark, now, shop)
    with suppress(ConditionFailed):  # another run was faster, or something was added meanwhile
        shop.table.transact(writes)
        return len(writes) > 1
    return False


def _decide(mark: OpenCart, now: datetime, shop: Shop) -> list[Write]:
    """Decide what becomes of a due cart: it is watched no more, checked later, or its customer is reminded now."""
    lines = cart.list_lines(shop.table, mark.user_id)
    left_at = max((line.updated_at for line in lines), default=None)
    if left_at is None or has_ordered_since(shop.table, mark.user_id, left_at):
        return [cart_writes.stop_watching(mark)]
    reminder_due_at = mark.reminder_due_at(left_at)
    if reminder_due_at > now:
        return [cart_writes.postpone_reminder(mark, reminder_due_at)]
    return [cart_writes.record_reminder(mark, now), _record_abandoned(mark, lines, left_at, shop)]


def _record_abandoned(mark: OpenCart, lines: list[CartLine], left_at: datetime, shop: Shop) -> Put:
    """Record the event; its sequence is its time, as with additions to the cart."""
    abandoned = event(
        CartAbandoned(mark.user_id, len(lines), left_at),
        about=mark.user_id,
        sequence=epoch_ms(shop.clock.now()),
        clock=shop.clock,
        correlation_id=ulid(shop.clock),
    )
    return record_passing_event(abandoned, user_partition(mark.user_id))
