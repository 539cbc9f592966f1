"""Carts in the table: their keys, and how they are read.

Each line is an item of its own, so that no two changes collide; the mark of an open cart says who has one. The owner of
a cart has an account or is a guest: their ids differ, and so do the partitions.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Query, Table, query_all
from tradewind.cart.model import CartLine, OpenCart
from tradewind.kernel.clock import iso
from tradewind.kernel.partitions import owner_partition
from tradewind.kernel.privacy import Erasure, Privacy
from tradewind.shop import prepare_types

_OF_A_GUEST = Privacy(Erasure.EXPIRE, withheld="a guest has no account; the token shows the cart")

ITEMS = (
    ItemKind(
        "Cart line",
        "USER#<userId>",
        "CART#<variantId>",
        note="TTL 30 days, renewed at each change",
        privacy=Privacy(Erasure.REMOVE, exported=("variantId", "quantity", "addedAt", "updatedAt")),
    ),
    ItemKind(
        "Open cart",
        "USER#<userId>",
        "OPENCART",
        gsi2="CARTS_OPEN#<shard> / <dueAt>#<userId>",
        note="counts lines; in GSI2 while a check is due whether the cart was abandoned; TTL",
        privacy=Privacy(Erasure.REMOVE, exported=("begun", "remindedAt")),
    ),
    ItemKind(
        "Cart line of a guest",
        "GUEST#<guestId>",
        "CART#<variantId>",
        note="TTL 30 days, renewed at each change",
        privacy=_OF_A_GUEST,
    ),
    ItemKind(
        "Open cart of a guest",
        "GUEST#<guestId>",
        "OPENCART",
        note="counts lines; TTL 60 days, renewed daily",
        privacy=_OF_A_GUEST,
    ),
)

prepare_types(CartLine)

OPEN_SHARDS = 4

_LINE = "CART#"


def line_key(owner_id: str, variant_id: str) -> Key:
    return Key(owner_partition(owner_id), f"{_LINE}{variant_id}")


def open_cart_key(owner_id: str) -> Key:
    return Key(owner_partition(owner_id), "OPENCART")


def open_carts_partition(shard: int) -> str:
    return f"CARTS_OPEN#{shard}"


def line_from(item: Item) -> CartLine:
    return msgspec.convert(item, CartLine)


def open_cart_from(item: Item) -> OpenCart:
    return msgspec.convert(item, OpenCart)


def list_lines(table: Table, owner_id: str) -> list[CartLine]:
    """All lines of a cart, in the order in which they were added; a strongly consistent read."""
    items = query_all(table, Query(owner_partition(owner_id), begins=_LINE, consistent=True))
    return sorted(map(line_from, items), key=lambda line: (line.added_at, line.variant_id))


def query_due_carts(shard: int, now: datetime, limit: int) -> Query:
    """The open carts of a shard whose check is due by now, the longest due first."""
    return Query(open_carts_partition(shard), index="GSI2", between=("0", f"{iso(now)}~"), limit=limit)
