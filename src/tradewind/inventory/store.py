"""Stock and its movements in the table: `PRODUCT#<id>` / `STOCK` and `MOVEMENT#<ulid>`."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Absent, Item, Key, Put
from tradewind.inventory.model import Movement, Stock


def stock_key(product_id: str) -> Key:
    return Key(f"PRODUCT#{product_id}", "STOCK")


def stock_from(item: Item) -> Stock:
    return msgspec.convert(item, Stock)


def new_stock(stock: Stock) -> Put:
    pk, sk = stock_key(stock.product_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(stock)}, when=(Absent(),))


def recorded(movement: Movement) -> Put:
    partition = stock_key(movement.product_id).pk
    return Put({"PK": partition, "SK": f"MOVEMENT#{movement.movement_id}", **msgspec.to_builtins(movement)})
