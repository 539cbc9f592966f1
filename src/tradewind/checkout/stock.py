"""What the checkout does with an order's reservations, each in one transaction.

Cancelling an order closes its reservations in the same transaction: nothing can be held or sold for an order that was
cancelled a moment before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum, auto
from typing import TypeAlias

from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.checkout.errors import StockMismatch
from tradewind.inventory.public import Reservation, ReservationStatus, list_reservations, reread_reservation
from tradewind.inventory.public_writes import (
    commit_reservation,
    extend_reservation,
    hold_again,
    lift_low_stock,
    release_reservation,
    report_low_stock,
)
from tradewind.ordering.public import HOLD
from tradewind.shop import Shop

_ATTEMPTS = 5


class StockOutcome(Enum):
    DONE = auto()
    INSUFFICIENT = auto()
    """There is not enough stock."""
    DECIDED = auto()
    """The order was cancelled meanwhile."""
    RELEASED = auto()
    """A reservation that was held a moment before was released meanwhile."""


Move: TypeAlias = Callable[[Reservation], list[Write] | StockOutcome]
"""The writes that move a reservation on, none when it is there already; or why there is no way."""


def hold_reservations(order_id: str, shop: Shop) -> StockOutcome:
    """Make sure that every reservation is held or sold: one that was released, or is overdue, is held again."""
    now = shop.clock.now()
    return _move_all(order_id, shop, lambda reservation: _hold(reservation, now))


def extend_reservations(order_id: str, until: datetime, shop: Shop) -> StockOutcome:
    """Hold the reservations longer; those that are not held stay as they are."""
    return _move_all(order_id, shop, lambda reservation: _extend(reservation, until))


def commit_reservations(order_id: str, correlation_id: str, shop: Shop) -> StockOutcome:
    """Sell the reserved stock; what was released meanwhile is held again first. Raises TableBusy.

    Products of which few units are left are reported.
    """
    for _ in range(_ATTEMPTS):
        outcome = _commit_all(order_id, correlation_id, shop)
        if outcome is not StockOutcome.RELEASED:
            return outcome
        outcome = hold_reservations(order_id, shop)
        if outcome is not StockOutcome.DONE:
            return outcome
    raise TableBusy(f"the reservations of order {order_id} change again and again")


def release_reservations(order_id: str, shop: Shop) -> None:
    """Put the stock of every reservation back on sale, whether it was held or sold. Raises StockMismatch."""
    reservations = list_reservations(shop.table, order_id)
    for reservation in reservations:
        if _move_one(reservation, _release, shop) is not StockOutcome.DONE:
            raise StockMismatch(f"the stock of order {order_id}, reservation {reservation.number}, cannot be released")
    lift_low_stock(_variants_of(reservations), shop)


def _commit_all(order_id: str, correlation_id: str, shop: Shop) -> StockOutcome:
    """Look at what is left only where a variant's mark says something else: most sales read no stock."""
    outcome = _move_all(order_id, shop, lambda reservation: _commit(reservation, shop.settings.low_stock))
    if outcome is not StockOutcome.INSUFFICIENT:
        return outcome
    report_low_stock(_variants_of(list_reservations(shop.table, order_id)), correlation_id, shop)
    return _move_all(order_id, shop, _commit)


def _variants_of(reservations: Iterable[Reservation]) -> list[str]:
    return [variant_id for reservation in reservations for variant_id in reservation.units]


def _move_all(order_id: str, shop: Shop, move: Move) -> StockOutcome:
    for reservation in list_reservations(shop.table, order_id):
        outcome = _move_one(reservation, move, shop)
        if outcome is not StockOutcome.DONE:
            return outcome
    return StockOutcome.DONE


def _move_one(reservation: Reservation, move: Move, shop: Shop) -> StockOutcome:
    """The last write is the reservation's own, which another run may have moved; those before it are its stock."""
    for _ in range(_ATTEMPTS):
        writes = move(reservation)
        if isinstance(writes, StockOutcome):
            return writes
        if not writes:
            return StockOutcome.DONE
        try:
            shop.table.transact(writes)
        except ConditionFailed as error:
            if len(writes) - 1 not in error.positions:
                return StockOutcome.INSUFFICIENT
            reservation = reread_reservation(shop.table, reservation)
        else:
            return StockOutcome.DONE
    raise TableBusy(f"reservation {reservation.number} of order {reservation.order_id} changes again and again")


def _hold(reservation: Reservation, now: datetime) -> list[Write] | StockOutcome:
    match reservation.status:
        case _ if reservation.is_closed:
            return StockOutcome.DECIDED
        case ReservationStatus.RELEASED:
            return hold_again(reservation, now + HOLD)
        case ReservationStatus.HELD if reservation.held_until <= now:
            return [extend_reservation(reservation, now + HOLD)]
        case _:
            return []


def _extend(reservation: Reservation, until: datetime) -> list[Write] | StockOutcome:
    if reservation.is_closed:
        return StockOutcome.DECIDED
    is_held = reservation.status is ReservationStatus.HELD
    return [extend_reservation(reservation, until)] if is_held else []


def _commit(reservation: Reservation, few: int | None = None) -> list[Write] | StockOutcome:
    match reservation.status:
        case _ if reservation.is_closed:
            return StockOutcome.DECIDED
        case ReservationStatus.HELD:
            return commit_reservation(reservation, few)
        case ReservationStatus.COMMITTED:
            return []
        case _:
            return StockOutcome.RELEASED


def _release(reservation: Reservation) -> list[Write]:
    is_released = reservation.status is ReservationStatus.RELEASED
    return [] if is_released else release_reservation(reservation)
