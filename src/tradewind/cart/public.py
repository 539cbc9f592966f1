"""What other services may ask of the cart."""

from __future__ import annotations

from datetime import datetime

from tradewind.aws.table import Delete
from tradewind.cart import store
from tradewind.cart.model import CartAbandoned, CartLine, OpenCart
from tradewind.cart.positions import Position, positions, totals_minor
from tradewind.cart.store import (
    OPEN_SHARDS,
    lines,
    note_reminder,
    open_cart_from,
    partition,
    postpone_reminder,
    query_due_carts,
    stop_watching,
)

__all__ = [
    "OPEN_SHARDS",
    "CartAbandoned",
    "CartLine",
    "OpenCart",
    "Position",
    "emptying",
    "lines",
    "note_reminder",
    "open_cart_from",
    "partition",
    "positions",
    "postpone_reminder",
    "query_due_carts",
    "removal",
    "stop_watching",
    "totals_minor",
]


def removal(user_id: str, line: CartLine) -> Delete:
    """The write that takes `line` out of the cart; its condition fails when the line has changed since it was read."""
    return store.removal(user_id, line.product_id, store.unchanged(line))


def emptying(user_id: str, product_id: str, quantity: int, until: datetime) -> Delete:
    """The write that takes a line out once it was ordered.

    Its condition fails when the line holds another quantity than was ordered, or was changed after `until` (UTC).
    """
    return store.removal(user_id, product_id, store.untouched_since(until, quantity))
