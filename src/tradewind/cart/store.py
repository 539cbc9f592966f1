"""Cart lines in the table: `USER#<userId>` / `CART#<productId>`, each its own item, so that no two changes collide.

`USER#<userId>` / `OPENCART` marks who has a cart; while somebody is to look after it, it is in GSI2 under
`CARTS_OPEN#<shard>` / `<dueAt>#<userId>`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.table import (
    Absent,
    AnyOf,
    AtMost,
    Conditions,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Query,
    Table,
    Update,
    query_all,
)
from tradewind.cart.model import ABANDONED_AFTER, KEPT_FOR, MAX_QUANTITY, CartLine, OpenCart
from tradewind.kernel.clock import epoch_seconds, iso

OPEN_SHARDS = 4

_PREFIX = "CART#"
_OPEN_KEYS = ("GSI2PK", "GSI2SK", "dueAt")


def key(user_id: str, product_id: str) -> Key:
    return Key(partition(user_id), f"{_PREFIX}{product_id}")


def partition(user_id: str) -> str:
    return f"USER#{user_id}"


def from_item(item: Item) -> CartLine:
    return msgspec.convert(item, CartLine)


def lines(table: Table, user_id: str) -> list[CartLine]:
    """All lines of a cart, in the order in which they were added; a strongly consistent read."""
    items = query_all(table, Query(partition(user_id), begins=_PREFIX, consistent=True))
    return sorted(map(from_item, items), key=lambda line: (line.added_at, line.product_id))


def addition(user_id: str, product_id: str, units: int, now: datetime) -> Update:
    """Add to the line, or begin it; the condition fails when it would hold more than a line may."""
    return Update(
        key(user_id, product_id),
        set={"productId": product_id, **_touched(now)},
        set_once={"addedAt": iso(now)},
        add={"quantity": units, "version": 1},
        when=(AnyOf((Absent(), AtMost("quantity", MAX_QUANTITY - units))),),
    )


def change(user_id: str, product_id: str, quantity: int, now: datetime) -> Update:
    """Set the line's quantity, whatever it is; the condition fails when there is no such line."""
    changes = {"quantity": quantity, **_touched(now)}
    return Update(key(user_id, product_id), set=changes, add={"version": 1}, when=(Present(),))


def removal(user_id: str, product_id: str, when: Conditions = ()) -> Delete:
    return Delete(key(user_id, product_id), when)


def unchanged(line: CartLine) -> Conditions:
    """A line that was removed and added again counts its versions anew; `addedAt` tells the two apart."""
    return (Equals("version", line.version), Equals("addedAt", iso(line.added_at)))


def untouched_since(until: datetime, quantity: int) -> Conditions:
    return (Equals("quantity", quantity), AtMost("updatedAt", iso(until)))


def open_key(user_id: str) -> Key:
    return Key(partition(user_id), "OPENCART")


def open_cart_from(item: Item) -> OpenCart:
    return msgspec.convert(item, OpenCart)


def start_watching(user_id: str, now: datetime) -> Update:
    """Somebody is to look after the cart when it may have been left."""
    kept_until = epoch_seconds(now + KEPT_FOR)
    marked = {"userId": user_id, "expiresAt": kept_until, **_due(user_id, now + ABANDONED_AFTER)}
    return Update(open_key(user_id), set=marked)


def query_due_carts(shard: int, now: datetime, limit: int) -> Query:
    """Marks of a shard that are due by now, the longest due first."""
    return Query(_open_partition(shard), index="GSI2", between=("0", f"{iso(now)}~"), limit=limit)


def postpone_reminder(mark: OpenCart, due_at: datetime) -> Update:
    return Update(open_key(mark.user_id), set=_due(mark.user_id, due_at), when=_as_found(mark))


def stop_watching(mark: OpenCart) -> Update:
    """Nobody needs to look after the cart until something is added to it."""
    return Update(open_key(mark.user_id), remove=_OPEN_KEYS, when=_as_found(mark))


def note_reminder(mark: OpenCart, now: datetime) -> Update:
    return Update(open_key(mark.user_id), set={"remindedAt": iso(now)}, remove=_OPEN_KEYS, when=_as_found(mark))


def _as_found(mark: OpenCart) -> Conditions:
    """The condition fails when another run was faster, or the cart was added to meanwhile."""
    return (Equals("dueAt", iso(mark.due_at) if mark.due_at else None),)


def _due(user_id: str, due_at: datetime) -> Item:
    shard = int(user_id[-1], 36) % OPEN_SHARDS
    return {"dueAt": iso(due_at), "GSI2PK": _open_partition(shard), "GSI2SK": f"{iso(due_at)}#{user_id}"}


def _open_partition(shard: int) -> str:
    return f"CARTS_OPEN#{shard}"


def _touched(now: datetime) -> Item:
    return {"updatedAt": iso(now), "expiresAt": epoch_seconds(now + KEPT_FOR)}
