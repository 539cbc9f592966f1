"""Stock, movements and reservations in the table: their keys, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Query, Table, query_all
from tradewind.inventory.model import MAX_PRODUCTS, Movement, Reservation, Stock
from tradewind.kernel.clock import BEGINNING, iso
from tradewind.kernel.partitions import order_partition, product_partition, shard_of
from tradewind.kernel.privacy import NOT_PERSONAL
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Stock",
        "PRODUCT#<productId>",
        "STOCK",
        note="available, reserved, sold, received, version",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Stock movement",
        "PRODUCT#<productId>",
        "MOVEMENT#<ulid>",
        note="every change that no order made",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Reservation",
        "ORDER#<orderId>",
        "RESERVATION#<nn>",
        gsi2="UNPLACED#<shard> / <deadline>",
        note="up to 80 products each; in GSI2 until its order is placed",
        privacy=NOT_PERSONAL,
    ),
)

prepare_types(Stock)

_MOVEMENT = "MOVEMENT#"
_RESERVATION = "RESERVATION#"
_SHARDS = 4


def stock_key(product_id: str) -> Key:
    return Key(product_partition(product_id), "STOCK")


def movement_key(movement: Movement) -> Key:
    return Key(product_partition(movement.product_id), f"{_MOVEMENT}{movement.movement_id}")


def reservation_key(reservation: Reservation) -> Key:
    return _reservation_key(reservation.order_id, reservation.number)


def unplaced_partition(order_id: str) -> str:
    """Where in GSI2 the reservations of an order are that is not placed yet."""
    return f"UNPLACED#{shard_of(order_id, _SHARDS)}"


def stock_from(item: Item) -> Stock:
    return msgspec.convert(item, Stock)


def movement_from(item: Item) -> Movement:
    return msgspec.convert(item, Movement)


def read_stocks(table: Table, product_ids: Iterable[str]) -> dict[str, Stock]:
    """The stock of each product as it is at this moment; products that track no stock have none."""
    found = table.get_many([stock_key(product_id) for product_id in product_ids], consistent=True)
    return {stock.product_id: stock for stock in map(stock_from, found.values())}


def query_movements(product_id: str) -> Query:
    """Newest first: movement ids sort by time."""
    return Query(product_partition(product_id), begins=_MOVEMENT, descending=True)


def list_reservations(table: Table, order_id: str) -> list[Reservation]:
    """The order's reservations by number; a strongly consistent read."""
    items = query_all(table, Query(order_partition(order_id), begins=_RESERVATION, consistent=True))
    return find_reservations(items)


def read_reservations(table: Table, order_ids: Iterable[str]) -> list[Reservation]:
    """The reservations of many orders as they are at this moment, a hundred in one round trip.

    An order has another reservation only where the one before is full.
    """
    found: list[Reservation] = []
    wanted, number = list(order_ids), 0
    while wanted:
        items = table.get_many([_reservation_key(order_id, number) for order_id in wanted], consistent=True)
        read = [msgspec.convert(item, Reservation) for item in items.values()]
        found += read
        wanted, number = [each.order_id for each in read if len(each.units) == MAX_PRODUCTS], number + 1
    return found


def find_reservations(items: Iterable[Item]) -> list[Reservation]:
    """The reservations among the items of an order's partition."""
    return [msgspec.convert(item, Reservation) for item in items if item["SK"].startswith(_RESERVATION)]


def reread_reservation(table: Table, reservation: Reservation) -> Reservation:
    """The reservation as it is at this moment."""
    return msgspec.convert(table.get(reservation_key(reservation), consistent=True), Reservation)


def list_unplaced_reservations(table: Table) -> list[Reservation]:
    """Reservations whose order is not placed, yet or ever."""
    return _read_unplaced(table, None)


def list_overdue_reservations(table: Table, now: datetime) -> list[Reservation]:
    """Reservations past their deadline whose order was never placed: the request that made them died."""
    return _read_unplaced(table, (iso(BEGINNING), iso(now)))


def _reservation_key(order_id: str, number: int) -> Key:
    return Key(order_partition(order_id), f"{_RESERVATION}{number:02d}")


def _read_unplaced(table: Table, deadlines: tuple[str, str] | None) -> list[Reservation]:
    return [
        msgspec.convert(item, Reservation)
        for shard in range(_SHARDS)
        for item in query_all(table, Query(f"UNPLACED#{shard}", between=deadlines, index="GSI2"))
    ]
