"""Stock and its movements in the table: `PRODUCT#<id>` / `STOCK` and `MOVEMENT#<ulid>`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tradewind.aws.table import Absent, Equals, Item, Key, Put, Query, Table, Update, query_all
from tradewind.inventory.model import Movement, MovementKind, Stock
from tradewind.kernel.clock import BEGINNING

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


def read_stocks(table: Table, product_ids: Iterable[str]) -> dict[str, Stock]:
    """The stock of each product as it is at this moment; products that track no stock have none."""
    found = table.get_many([stock_key(product_id) for product_id in product_ids], consistent=True)
    return {stock.product_id: stock for stock in map(stock_from, found.values())}


def units_received(table: Table, product_id: str) -> int:
    """Units by opening, counts and adjustments, as of this moment.

    Since the product's opening: an id may have belonged to another product, which was deleted.
    """
    query = msgspec.structs.replace(movements(product_id), consistent=True)
    received = [movement_from(item) for item in query_all(table, query)]
    opened = max((each.at for each in received if each.kind is MovementKind.OPENING), default=BEGINNING)
    return sum(each.change for each in received if each.at >= opened)
