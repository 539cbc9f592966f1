"""Reservations: stock held for an order, in chunks that fit a transaction, until the order's fate is known.

What an order does to stock stands here and nowhere else: a reservation is the movement record of its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import islice

import msgspec

from tradewind.aws.table import (
    Absent,
    AtLeast,
    Conditions,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Query,
    Table,
    Update,
    Write,
    query_all,
)
from tradewind.inventory.store import stock_key
from tradewind.kernel.clock import BEGINNING, iso
from tradewind.kernel.errors import Unprocessable
from tradewind.kernel.states import StateTable

MAX_PRODUCTS = 80
"""Products in one reservation: with their stock they fit a transaction of 100 actions and leave room for an order."""

_PREFIX = "RESERVATION#"
_SHARDS = 4


class ReservationStatus(StrEnum):
    HELD = "held"
    COMMITTED = "committed"
    RELEASED = "released"


RESERVATION_STATES = StateTable(
    "reservation",
    ReservationStatus.HELD,
    {
        ReservationStatus.HELD: (ReservationStatus.COMMITTED, ReservationStatus.RELEASED),
        ReservationStatus.COMMITTED: (ReservationStatus.RELEASED,),
        ReservationStatus.RELEASED: (ReservationStatus.HELD,),
    },
)


_IS_HELD = Equals("status", ReservationStatus.HELD.value)


class Reservation(msgspec.Struct, frozen=True, rename="camel"):
    """`units` by product id; `number` counts the chunks of an order from 0."""

    order_id: str
    number: int
    status: ReservationStatus
    held_until: datetime
    units: dict[str, int]


_MOVES: dict[tuple[ReservationStatus, ReservationStatus], dict[str, int]] = {
    (ReservationStatus.HELD, ReservationStatus.COMMITTED): {"reserved": -1, "sold": 1},
    (ReservationStatus.HELD, ReservationStatus.RELEASED): {"reserved": -1, "available": 1},
    (ReservationStatus.COMMITTED, ReservationStatus.RELEASED): {"sold": -1, "available": 1},
    (ReservationStatus.RELEASED, ReservationStatus.HELD): {"available": -1, "reserved": 1},
}
"""What each transition does to a product's stock, per reserved unit."""


def chunks(order_id: str, units: Mapping[str, int], held_until: datetime) -> list[Reservation]:
    """The reservations that an order of `units` needs: none when nothing that it orders tracks stock."""
    remaining = iter(sorted(units.items()))
    numbered = enumerate(iter(lambda: dict(islice(remaining, MAX_PRODUCTS)), {}))
    return [Reservation(order_id, number, ReservationStatus.HELD, held_until, part) for number, part in numbered]


def holding(reservation: Reservation, *, ahead_of_order: bool = False) -> list[Write]:
    """Hold the stock, stock first: the position of a failed condition is that of the product that is short.

    A reservation `ahead_of_order` stands in an index until its order is placed, so that it is found if that never
    happens.
    """
    moves = _MOVES[ReservationStatus.RELEASED, ReservationStatus.HELD]
    pk, sk = key(reservation)
    item = {"PK": pk, "SK": sk, **msgspec.to_builtins(reservation)}
    if ahead_of_order:
        item |= {"GSI2PK": _unplaced(reservation.order_id), "GSI2SK": f"{iso(reservation.held_until)}#{pk}#{sk}"}
    return [*_stock_moves(reservation.units, moves), Put(item, when=(Absent(),))]


def placed(reservation: Reservation) -> Update:
    """The order stands behind its reservation now; fails when the reservation is not held any more."""
    return Update(key(reservation), remove=("GSI2PK", "GSI2SK"), when=(_IS_HELD, Present("GSI2PK")))


def moving(
    reservation: Reservation,
    to: ReservationStatus,
    *,
    held_until: datetime | None = None,
    remove: tuple[str, ...] = (),
    when: Conditions = (),
) -> list[Write]:
    """Move the reservation and its stock to another status, if it still is where it was read; stock first."""
    if not RESERVATION_STATES.allows(reservation.status, to):
        raise ValueError(f"a reservation does not go from {reservation.status} to {to}")
    changes: Item = {"status": to.value}
    if held_until is not None:
        changes["heldUntil"] = msgspec.to_builtins(held_until)
    own = Update(key(reservation), set=changes, when=(Equals("status", reservation.status.value), *when), remove=remove)
    return [*_stock_moves(reservation.units, _MOVES[reservation.status, to]), own]


class TooManyProducts(Unprocessable):
    """More products go back on sale than fit one transaction: refund some of the lines at a time."""


def returning(reservations: Iterable[Reservation], units: Mapping[str, int]) -> list[Write]:
    """Put sold units back on sale; products of no reservation track no stock. Raises TooManyProducts."""
    writes: list[Write] = []
    for reservation in reservations:
        back = {name: min(units[name], count) for name, count in reservation.units.items() if units.get(name)}
        if back:
            writes += [*_stock_moves(back, {"sold": -1, "available": 1}), _without(reservation, back)]
    if len(writes) > MAX_PRODUCTS:
        most = f"At most {MAX_PRODUCTS - 1} products go back on sale at once."
        raise TooManyProducts(f"{most} Refund some of the lines at a time.")
    return writes


def _without(reservation: Reservation, back: Mapping[str, int]) -> Update:
    """What is left of a reservation, if it is still as it was read."""
    left = {name: count - back.get(name, 0) for name, count in reservation.units.items() if count > back.get(name, 0)}
    unchanged = (Equals("status", ReservationStatus.COMMITTED.value), Equals("units", reservation.units))
    return Update(key(reservation), set={"units": left}, when=unchanged)


def extending(reservation: Reservation, held_until: datetime) -> Update:
    """Hold it longer, if it is still held."""
    return Update(key(reservation), set={"heldUntil": msgspec.to_builtins(held_until)}, when=(_IS_HELD,))


def of_order(table: Table, order_id: str) -> list[Reservation]:
    """The order's reservations in their order; a strongly consistent read."""
    items = query_all(table, Query(_partition(order_id), begins=_PREFIX, consistent=True))
    return reservations_in(items)


def reservations_in(items: Iterable[Item]) -> list[Reservation]:
    """The reservations among the items that stand beside an order."""
    return [msgspec.convert(item, Reservation) for item in items if item["SK"].startswith(_PREFIX)]


def read_again(table: Table, reservation: Reservation) -> Reservation:
    """The reservation as it is at this moment."""
    return msgspec.convert(table.get(key(reservation), consistent=True), Reservation)


def key(reservation: Reservation) -> Key:
    return Key(_partition(reservation.order_id), f"{_PREFIX}{reservation.number:02d}")


def _partition(order_id: str) -> str:
    return f"ORDER#{order_id}"


def overdue_without_order(table: Table, now: datetime) -> list[Reservation]:
    """Reservations whose order was never placed, past their deadline: the request that made them died."""
    return _unplaced_in(table, (iso(BEGINNING), iso(now)))


def without_order(table: Table) -> list[Reservation]:
    """Reservations whose order is not placed, yet or ever."""
    return _unplaced_in(table, None)


def _unplaced_in(table: Table, deadlines: tuple[str, str] | None) -> list[Reservation]:
    return [
        msgspec.convert(item, Reservation)
        for shard in range(_SHARDS)
        for item in query_all(table, Query(f"UNPLACED#{shard}", between=deadlines, index="GSI2"))
    ]


def abandoning(reservation: Reservation) -> list[Write]:
    """Release a reservation whose order was never placed; fails when the order came after all."""
    index = ("GSI2PK", "GSI2SK")
    return moving(reservation, ReservationStatus.RELEASED, remove=index, when=(Present("GSI2PK"),))


def _unplaced(order_id: str) -> str:
    return f"UNPLACED#{int(order_id[-1], 36) % _SHARDS}"


def _stock_moves(units: Mapping[str, int], moves: Mapping[str, int]) -> list[Write]:
    """Add `moves` per unit to each product's stock; what shrinks must be there, so nothing ever goes below zero."""
    return [
        _stock_move(product_id, {name: sign * count for name, sign in moves.items()})
        for product_id, count in units.items()
    ]


def _stock_move(product_id: str, changes: Mapping[str, int]) -> Update:
    enough = tuple(AtLeast(name, -change) for name, change in changes.items() if change < 0)
    return Update(stock_key(product_id), add={**changes, "version": 1}, when=enough)
