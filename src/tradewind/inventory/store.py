"""Stock and its movements in the table: `PRODUCT#<id>` / `STOCK` and `MOVEMENT#<ulid>`."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Absent, Equals, Item, Key, Put, Query, Update
from tradewind.inventory.model import Movement, Stock

_MOVEMENT = "MOVEMENT#"


def stock_key(product_id: str) -> Key:
    return Key(partition(product_id), "STOCK")


def partition(product_id: str) -> str:
    return f"PRODUCT#{product_id}"


def stock_from(item: Item) -> Stock:
    return msgspec.convert(item, Stock)


def movement_from(item: Item) -> Movement:
    return msgspec.convert(item, Movement)


def new_stock(stock: Stock) -> Put:
    pk, sk = stock_key(stock.product_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(stock)}, when=(Absent(),))


def replacement(stock: Stock, replaced_version: int) -> Update:
    """Only what an administrator changes is written, and only if no order moved the stock meanwhile."""
    changes = {"available": stock.available, "version": stock.version}
    return Update(stock_key(stock.product_id), set=changes, when=(Equals("version", replaced_version),))


def recorded(movement: Movement) -> Put:
    sk = f"{_MOVEMENT}{movement.movement_id}"
    return Put({"PK": partition(movement.product_id), "SK": sk, **msgspec.to_builtins(movement)})


def movements(product_id: str) -> Query:
    """Newest first: movement ids sort by time."""
    return Query(partition(product_id), begins=_MOVEMENT, descending=True)
