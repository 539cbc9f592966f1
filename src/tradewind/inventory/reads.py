"""Stock, movements and reservations in the table: their keys, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Query, Table, query_all
from tradewind.inventory.model import MAX_VARIANTS, Movement, Reservation, Stock
from tradewind.kernel.clock import BEGINNING, iso
from tradewind.kernel.partitions import order_partition, product_partition, shard_of
from tradewind.kernel.privacy import NOT_PERSONAL
from tradewind.kernel.variant_ids import number_of, product_of
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Stock",
        "PRODUCT#<productId>",
        "STOCK#main#<nnnnnn>",
        note="of a variant, at the one place there is: available, reserved, sold, received, version",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Stock movement",
        "PRODUCT#<productId>",
        "HISTORY#<nnnnnn>#<ulid>",
        note="every change that no order made",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Reservation",
        "ORDER#<orderId>",
        "RESERVATION#<nn>",
        gsi2="UNPLACED#<shard> / <deadline>",
        note="up to 80 variants each; in GSI2 until its order is placed",
        privacy=NOT_PERSONAL,
    ),
)

prepare_types(Stock)

_STOCK = "STOCK#"
_LOCATION = "main"
"""The one place where stock is kept: the key has it, so that there can be others."""
_RESERVATION = "RESERVATION#"
_SHARDS = 4


def stock_key(variant_id: str) -> Key:
    return Key(_partition(variant_id), f"{_STOCK}{_LOCATION}#{number_of(variant_id):06d}")


def movement_key(movement: Movement) -> Key:
    return Key(_partition(movement.variant_id), f"{_history(movement.variant_id)}{movement.movement_id}")


def reservation_key(reservation: Reservation) -> Key:
    return _reservation_key(reservation.order_id, reservation.number)


def unplaced_partition(order_id: str) -> str:
    """Where in GSI2 the reservations of an order are that is not placed yet."""
    return f"UNPLACED#{shard_of(order_id, _SHARDS)}"


def is_stock(item: Item) -> bool:
    """Whether an item of a product's partition is the stock of one of its variants."""
    return str(item["SK"]).startswith(_STOCK)


def stock_from(item: Item) -> Stock:
    return msgspec.convert(item, Stock)


def movement_from(item: Item) -> Movement:
    return msgspec.convert(item, Movement)


def read_stocks(table: Table, variant_ids: Iterable[str]) -> dict[str, Stock]:
    """The stock of each variant as it is at this moment; variants that track no stock have none."""
    found = table.get_many([stock_key(variant_id) for variant_id in variant_ids], consistent=True)
    return {stock.variant_id: stock for stock in map(stock_from, found.values())}


def query_movements(variant_id: str) -> Query:
    """Newest first: movement ids sort by time."""
    return Query(_partition(variant_id), begins=_history(variant_id), descending=True)


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
        wanted, number = [each.order_id for each in read if len(each.units) == MAX_VARIANTS], number + 1
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


def _partition(variant_id: str) -> str:
    return product_partition(product_of(variant_id))


def _history(variant_id: str) -> str:
    return f"HISTORY#{number_of(variant_id):06d}#"


def _reservation_key(order_id: str, number: int) -> Key:
    return Key(order_partition(order_id), f"{_RESERVATION}{number:02d}")


def _read_unplaced(table: Table, deadlines: tuple[str, str] | None) -> list[Reservation]:
    return [
        msgspec.convert(item, Reservation)
        for shard in range(_SHARDS)
        for item in query_all(table, Query(f"UNPLACED#{shard}", between=deadlines, index="GSI2"))
    ]
