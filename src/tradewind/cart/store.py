"""Cart lines in the table: `USER#<userId>` / `CART#<productId>`, each its own item, so that no two changes collide."""

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
from tradewind.cart.model import KEPT_FOR, MAX_QUANTITY, CartLine
from tradewind.kernel.clock import epoch_seconds, iso

_PREFIX = "CART#"


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


def _touched(now: datetime) -> Item:
    return {"updatedAt": iso(now), "expiresAt": epoch_seconds(now + KEPT_FOR)}
