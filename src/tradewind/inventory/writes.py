"""The writes of stock, movements and reservations, each with the condition under which it applies.

What an order does to stock is here and nowhere else: the writes of a reservation change the stock with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from tradewind.aws.table import (
    Absent,
    AnyOf,
    AtLeast,
    AtMost,
    Conditions,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Update,
    Write,
)
from tradewind.inventory.errors import TooManyProducts
from tradewind.inventory.model import (
    MAX_VARIANTS,
    RESERVATION_STATES,
    STOCK_CHANGES,
    Movement,
    MovementKind,
    Reservation,
    ReservationStatus,
    Stock,
)
from tradewind.inventory.reads import movement_key, reservation_key, stock_key, unplaced_partition
from tradewind.kernel.clock import Clock, iso, ulid

_IS_HELD = Equals("status", ReservationStatus.HELD.value)
_IS_UNPLACED = Present("GSI2PK")
_IS_OPEN = Absent("isClosed")
_UNPLACED_KEYS = ("GSI2PK", "GSI2SK")


def open_stock(variant_id: str, units: int, *, by: str, clock: Clock) -> list[Put]:
    """Begin the stock of a new variant with `units` on hand, and the movement that says so."""
    movement = Movement(
        movement_id=ulid(clock),
        variant_id=variant_id,
        change=units,
        kind=MovementKind.OPENING,
        at=clock.now(),
        by=by,
    )
    return [insert_stock(Stock.opening(variant_id, units)), insert_movement(movement)]


def insert_stock(stock: Stock) -> Put:
    """The condition fails when the variant has stock already."""
    pk, sk = stock_key(stock.variant_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(stock)}, when=(Absent(),))


def update_stock(stock: Stock, replaced_version: int) -> Update:
    """Write only what an administrator changes, and only if no order changed the stock meanwhile."""
    changes = {
        "available": stock.available,
        "received": stock.received,
        "version": stock.version,
        "lowReported": stock.low_reported,
    }
    return Update(stock_key(stock.variant_id), set=changes, when=(Equals("version", replaced_version),))


def mark_low(stock: Stock, few: int) -> Update:
    """Mark that StockLow is recorded; the condition fails where it is already, or more than `few` are available."""
    return _mark(stock, is_reported=True, when=(AtMost("available", few),))


def unmark_low(stock: Stock, few: int) -> Update:
    """Let StockLow be recorded again; the condition fails where it may be, or only `few` are available."""
    return _mark(stock, is_reported=False, when=(AtLeast("available", few + 1),))


def delete_stock(variant_id: str) -> Delete:
    """The condition fails where an order holds units of the variant, or has taken some that may come back."""
    return Delete(stock_key(variant_id), when=(_is_none("reserved"), _is_none("sold")))


def delete_untouched_stock(stock: Stock) -> Delete:
    """The condition fails where units came or went since it was read."""
    return Delete(stock_key(stock.variant_id), when=(Equals("version", stock.version),))


def insert_movement(movement: Movement) -> Put:
    pk, sk = movement_key(movement)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(movement)})


def hold_stock(reservation: Reservation, *, ahead_of_order: bool = False) -> list[Write]:
    """Reserve the stock; stock first, so the position of a failed condition is that of the variant that is short.

    A reservation `ahead_of_order` is in an index until its order is placed, so that it is found if that never happens.
    """
    changes = STOCK_CHANGES[ReservationStatus.RELEASED, ReservationStatus.HELD]
    return [
        *_change_stocks(reservation.units, changes),
        _insert_reservation(reservation, ahead_of_order=ahead_of_order),
    ]


def take_over(reservation: Reservation, abandoned_order_id: str) -> list[Write]:
    """Hold for a reservation what an order that was never placed holds as its own; the stock does not change.

    The conditions fail where that one does not hold the same units, or not any more.
    """
    abandoned = msgspec.structs.replace(reservation, order_id=abandoned_order_id)
    passed_on = Update(
        reservation_key(abandoned),
        set={"status": ReservationStatus.RELEASED.value},
        when=(*_is_unchanged(abandoned), _IS_UNPLACED),
        remove=_UNPLACED_KEYS,
    )
    return [passed_on, _insert_reservation(reservation, ahead_of_order=True)]


def attach_to_order(reservation: Reservation) -> Update:
    """Mark that the order of a reservation is placed; the condition fails when it is not held any more."""
    return Update(reservation_key(reservation), remove=_UNPLACED_KEYS, when=(_IS_HELD, _IS_UNPLACED))


def close_reservations(reservations: Iterable[Reservation]) -> list[Update]:
    """Let the stock of reservations only be released from now on, in the transaction that cancels their order."""
    return [Update(reservation_key(reservation), set={"isClosed": True}) for reservation in reservations]


def extend_reservation(reservation: Reservation, held_until: datetime) -> Update:
    """The condition fails when the reservation is not held any more, or closed."""
    changes = {"heldUntil": msgspec.to_builtins(held_until)}
    return Update(reservation_key(reservation), set=changes, when=(_IS_HELD, _IS_OPEN))


def hold_again(reservation: Reservation, held_until: datetime) -> list[Write]:
    """Hold the stock of a released reservation, unless it is closed; as `hold_stock`, it lists the stock first."""
    changes = {"heldUntil": msgspec.to_builtins(held_until)}
    return move_reservation(reservation, ReservationStatus.HELD, changes=changes, when=(_IS_OPEN,))


def commit_reservation(reservation: Reservation, few: int | None = None) -> list[Write]:
    """Take the stock of a held reservation out, unless it is closed: it is sold.

    Where `few` is given, the condition of a stock fails, too, when its mark of low stock does not say whether `few`
    units or fewer are available.
    """
    *stocks, own = move_reservation(reservation, ReservationStatus.COMMITTED, when=(_IS_OPEN,))
    return [*(stocks if few is None else _require_marks(stocks, few)), own]


def release_reservation(reservation: Reservation) -> list[Write]:
    """Put the stock of a reservation, held or sold, back on sale: all but what refunds took out of it."""
    return move_reservation(reservation, ReservationStatus.RELEASED)


def release_unplaced(reservation: Reservation) -> list[Write]:
    """Release a reservation whose order was never placed; the condition fails when the order came after all."""
    return move_reservation(reservation, ReservationStatus.RELEASED, remove=_UNPLACED_KEYS, when=(_IS_UNPLACED,))


def move_reservation(
    reservation: Reservation,
    to: ReservationStatus,
    *,
    changes: Item | None = None,
    remove: tuple[str, ...] = (),
    when: Conditions = (),
) -> list[Write]:
    """Move a reservation and its stock to another status, stock first.

    The conditions fail when the reservation is not as it was read any more, by its status or by units that a refund
    took out of it meanwhile, or the stock is short.
    """
    if not RESERVATION_STATES.allows(reservation.status, to):
        raise ValueError(f"a reservation does not go from {reservation.status} to {to}")
    own = Update(
        reservation_key(reservation),
        set={"status": to.value, **(changes or {})},
        when=(*_is_unchanged(reservation), *when),
        remove=remove,
    )
    return [*_change_stocks(reservation.units, STOCK_CHANGES[reservation.status, to]), own]


def restock(reservations: Iterable[Reservation], units: Mapping[str, int]) -> list[Write]:
    """Put sold units back on sale; a variant in no reservation tracks no stock. Raises TooManyProducts."""
    writes: list[Write] = []
    for reservation, back in _find_units(reservations, units):
        writes += _change_stocks(back, {"sold": -1, "available": 1})
        writes.append(_take_out(reservation, back, "restocked", _add_units(reservation.restocked, back)))
    if len(writes) > MAX_VARIANTS:
        most = f"At most {MAX_VARIANTS - 1} variants go back on sale at once."
        raise TooManyProducts(f"{most} Refund some of the lines at a time.")
    return writes


def write_off(reservations: Iterable[Reservation], units: Mapping[str, int]) -> list[Write]:
    """Leave sold units sold for good: they do not come back, also when their order is cancelled."""
    return [
        _take_out(reservation, gone, "writtenOff", _add_units(reservation.written_off, gone))
        for reservation, gone in _find_units(reservations, units)
    ]


def _insert_reservation(reservation: Reservation, *, ahead_of_order: bool) -> Put:
    pk, sk = reservation_key(reservation)
    item = {"PK": pk, "SK": sk, **msgspec.to_builtins(reservation)}
    if ahead_of_order:
        deadline = f"{iso(reservation.held_until)}#{pk}#{sk}"
        item |= {"GSI2PK": unplaced_partition(reservation.order_id), "GSI2SK": deadline}
    return Put(item, when=(Absent(),))


def _find_units(
    reservations: Iterable[Reservation], units: Mapping[str, int]
) -> list[tuple[Reservation, dict[str, int]]]:
    """The reservations that have some of the units, each with what it has of them."""
    found = (
        (each, {name: min(units[name], count) for name, count in each.units.items() if units.get(name)})
        for each in reservations
    )
    return [(each, part) for each, part in found if part]


def _take_out(reservation: Reservation, taken: Mapping[str, int], name: str, total: Mapping[str, int]) -> Update:
    """Move units of a committed reservation to its field `name`; the condition fails when it has changed."""
    left = {each: count - taken.get(each, 0) for each, count in reservation.units.items() if count > taken.get(each, 0)}
    is_committed = Equals("status", ReservationStatus.COMMITTED.value)
    return Update(
        reservation_key(reservation),
        set={"units": left, name: total},
        when=(is_committed, Equals("units", reservation.units)),
    )


def _add_units(units: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(units) + Counter(more))


def _is_unchanged(reservation: Reservation) -> Conditions:
    return Equals("status", reservation.status.value), Equals("units", reservation.units)


def _change_stocks(units: Mapping[str, int], changes: Mapping[str, int]) -> list[Write]:
    """Add `changes` per unit to each variant's stock."""
    return [
        _change_stock(variant_id, {name: sign * count for name, sign in changes.items()})
        for variant_id, count in units.items()
    ]


def _change_stock(variant_id: str, changes: Mapping[str, int]) -> Update:
    """Change one variant's stock; the condition fails where fewer units are left than it takes: none is sold twice."""
    enough = tuple(AtLeast(name, -change) for name, change in changes.items() if change < 0)
    return Update(stock_key(variant_id), add={**changes, "version": 1}, when=enough)


def _mark(stock: Stock, *, is_reported: bool, when: Conditions) -> Update:
    """It makes a version: a count or an adjustment that has read the stock without it begins again."""
    is_other = Equals("lowReported", value=not is_reported)
    return Update(
        stock_key(stock.variant_id),
        set={"lowReported": is_reported},
        add={"version": 1},
        when=(*when, AnyOf((is_other, Absent("lowReported"))) if is_reported else is_other),
    )


def _require_marks(stocks: Iterable[Write], few: int) -> list[Write]:
    is_marked = Equals("lowReported", value=True)
    is_unmarked = Absent("lowReported"), Equals("lowReported", value=False)
    agrees = AnyOf((AtLeast("available", few + 1), is_marked)), AnyOf((AtMost("available", few), *is_unmarked))
    return [msgspec.structs.replace(each, when=(*each.when, *agrees)) for each in stocks]


def _is_none(units: str) -> AnyOf:
    return AnyOf((Absent(), Equals(units, 0)))
