"""What the saga does with an order's reservations, chunk by chunk, each chunk one transaction.

Stock is only ever held or sold for an order that is still pending, which the same transaction checks: so nothing can
be taken for an order that was cancelled a moment before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import TypeAlias

from tradewind.aws.table import Check, ConditionFailed, TableBusy, Write
from tradewind.inventory.public import (
    Reservation,
    ReservationStatus,
    commit_reservation,
    extend_reservation,
    hold_again,
    list_reservations,
    release_reservation,
    reread_reservation,
)
from tradewind.ordering.public import HOLD, Order, still_pending
from tradewind.shop import Shop

Moves: TypeAlias = Callable[[Reservation], list[Write] | None]
"""What moves a chunk on; nothing when it is there already, None when there is no way from where it is."""

_ATTEMPTS = 5


class Moved(Enum):
    DONE = auto()
    SHORT = auto()
    """The stock does not allow it."""
    DECIDED = auto()
    """The order is not pending any more: another run has confirmed or cancelled it."""
    RELEASED = auto()
    """A chunk that was held a moment before was given back meanwhile."""


class StockMismatch(Exception):
    """Stock that a reservation took is not there to give back: the books are wrong, and an operator must look."""


def hold(order: Order, shop: Shop) -> Moved:
    """Make sure that every chunk is held or already sold: one that was released is held again."""
    now = shop.clock.now()
    return _each(order, shop, lambda chunk: _holding(chunk, now))


def hold_longer(order: Order, until: datetime, shop: Shop) -> Moved:
    return _each(
        order, shop, lambda chunk: [extend_reservation(chunk, until)] if _is(chunk, ReservationStatus.HELD) else []
    )


def sell(order: Order, shop: Shop) -> Moved:
    """Take every chunk out of the stock; one that was released meanwhile is held first. Raises TableBusy."""
    for _ in range(_ATTEMPTS):
        moved = hold(order, shop)
        if moved is Moved.DONE:
            moved = _each(order, shop, _selling)
        if moved is not Moved.RELEASED:
            return moved
    raise TableBusy(f"the reservations of order {order.order_id} do not come to rest")


def give_back(order_id: str, shop: Shop) -> None:
    """Put every chunk back on sale, whether it was held or sold. Raises StockMismatch."""
    for chunk in list_reservations(shop.table, order_id):
        if _settle(chunk, _releasing, [], shop) is not Moved.DONE:
            raise StockMismatch(f"the stock of order {order_id}, chunk {chunk.number}, cannot be given back")


def _each(order: Order, shop: Shop, moves: Moves) -> Moved:
    check = [still_pending(order)]
    for chunk in list_reservations(shop.table, order.order_id):
        moved = _settle(chunk, moves, check, shop)
        if moved is not Moved.DONE:
            return moved
    return Moved.DONE


def _settle(chunk: Reservation, moves: Moves, check: list[Check], shop: Shop) -> Moved:
    """Make one chunk's moves; the last of them is the chunk's own, which another run may have moved meanwhile."""
    for _ in range(_ATTEMPTS):
        writes = moves(chunk)
        if writes is None:
            return Moved.RELEASED
        if not writes:
            return Moved.DONE
        try:
            shop.table.transact([*check, *writes])
        except ConditionFailed as error:
            if check and 0 in error.positions:
                return Moved.DECIDED
            if len(check) + len(writes) - 1 not in error.positions:
                return Moved.SHORT
            chunk = reread_reservation(shop.table, chunk)
        else:
            return Moved.DONE
    raise TableBusy(f"reservation {chunk.number} of order {chunk.order_id} does not come to rest")


def _holding(chunk: Reservation, now: datetime) -> list[Write]:
    match chunk.status:
        case ReservationStatus.RELEASED:
            return hold_again(chunk, now + HOLD)
        case ReservationStatus.HELD if chunk.held_until <= now:
            return [extend_reservation(chunk, now + HOLD)]
        case _:
            return []


def _selling(chunk: Reservation) -> list[Write] | None:
    match chunk.status:
        case ReservationStatus.HELD:
            return commit_reservation(chunk)
        case ReservationStatus.COMMITTED:
            return []
        case _:
            return None


def _releasing(chunk: Reservation) -> list[Write]:
    return [] if _is(chunk, ReservationStatus.RELEASED) else release_reservation(chunk)


def _is(chunk: Reservation, status: ReservationStatus) -> bool:
    return chunk.status is status
