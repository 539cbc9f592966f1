"""What notifications do on a schedule."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from tradewind.aws.events import record_event
from tradewind.aws.table import ConditionFailed, Put, Write
from tradewind.cart import public as cart
from tradewind.cart.public import CartAbandoned, CartLine, OpenCart
from tradewind.edge.consumer import job
from tradewind.kernel.clock import epoch_ms, ulid
from tradewind.kernel.events import event
from tradewind.ordering.public import has_ordered_since
from tradewind.shop import Shop

PER_SHARD = 100
"""Carts of a shard that one run looks after: those that are left are due at the next."""


@job
def remind_of_carts(shop: Shop) -> int:
    """Announce carts that were left for a day, each customer's once a week at most; a letter follows from the event."""
    now = shop.clock.now()
    return sum(_announced(mark, now, shop) for mark in _due(now, shop))


def _due(now: datetime, shop: Shop) -> list[OpenCart]:
    queries = (cart.query_due_carts(shard, now, PER_SHARD) for shard in range(cart.OPEN_SHARDS))
    return [cart.open_cart_from(item) for query in queries for item in shop.table.query(query).items]


def _announced(mark: OpenCart, now: datetime, shop: Shop) -> bool:
    """Whether the cart was told of; its mark moves on, alone or with the event."""
    writes = _following(mark, now, shop)
    with suppress(ConditionFailed):  # another run was faster, or something was added meanwhile
        shop.table.transact(writes)
        return len(writes) > 1
    return False


def _following(mark: OpenCart, now: datetime, shop: Shop) -> list[Write]:
    in_cart = cart.list_lines(shop.table, mark.user_id)
    left_at = max((line.updated_at for line in in_cart), default=None)
    if left_at is None or has_ordered_since(shop.table, mark.user_id, left_at):
        return [cart.stop_watching(mark)]
    reminder_due_at = mark.reminder_due_at(left_at)
    if reminder_due_at > now:
        return [cart.postpone_reminder(mark, reminder_due_at)]
    return [cart.record_reminder(mark, now), _told(mark, in_cart, left_at, shop)]


def _told(mark: OpenCart, in_cart: list[CartLine], left_at: datetime, shop: Shop) -> Put:
    """Ordered among the events of the customer by its time, as the additions are."""
    told = event(
        CartAbandoned(mark.user_id, len(in_cart), left_at),
        about=mark.user_id,
        sequence=epoch_ms(shop.clock.now()),
        clock=shop.clock,
        correlation_id=ulid(shop.clock),
    )
    return record_event(told, cart.cart_partition(mark.user_id))
