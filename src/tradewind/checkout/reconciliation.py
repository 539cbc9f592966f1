"""Whether what the shop has written down about an order adds up: its lines, its stock, its money.

Only what has not come to rest is let pass: money that the shop has decided to give back may not have moved yet.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

import msgspec

from tradewind.inventory.public import Reservation, ReservationStatus
from tradewind.ordering.public import Order, OrderStatus, OrderWithLines, tracked_units
from tradewind.payments.public import Balance


class Books(msgspec.Struct, frozen=True):
    """All that stands written of one order."""

    placed: OrderWithLines
    reservations: list[Reservation]
    money: Balance

    @property
    def order(self) -> Order:
        return self.placed.order


class Mismatch(StrEnum):
    """What can be wrong with an order that is done."""

    UNDECIDED = "Undecided"
    LINES = "Lines"
    UNITS = "Units"
    STOCK = "Stock"
    MONEY = "Money"


def mismatches(books: Books) -> list[Mismatch]:
    """What does not add up; nothing when all is well."""
    holds = {
        Mismatch.UNDECIDED: books.order.status is not OrderStatus.PENDING,
        Mismatch.LINES: books.placed.adds_up,
        Mismatch.UNITS: _units_add_up(books),
        Mismatch.STOCK: _stock_went_the_orders_way(books),
        Mismatch.MONEY: _money_adds_up(books),
    }
    return [mismatch for mismatch, is_well in holds.items() if not is_well]


def _units_add_up(books: Books) -> bool:
    """Reserved is what was ordered of what tracks stock, but for units that went back on sale with a refund."""
    ordered, reserved = Counter(tracked_units(books.placed.lines)), Counter[str]()
    for reservation in books.reservations:
        reserved.update(reservation.units)
    refunded = books.order.refunded_units
    return all(0 <= ordered[name] - reserved[name] <= refunded.get(name, 0) for name in ordered | reserved)


def _stock_went_the_orders_way(books: Books) -> bool:
    cancelled = books.order.status is OrderStatus.CANCELLED
    wanted = ReservationStatus.RELEASED if cancelled else ReservationStatus.COMMITTED
    return all(reservation.status is wanted for reservation in books.reservations)


def _money_adds_up(books: Books) -> bool:
    """A confirmed order was paid, and no more went back than was decided; of a cancelled one nothing else is kept."""
    order, money = books.order, books.money
    if order.status is OrderStatus.CANCELLED:
        return money.charged in (0, order.total_minor) and 0 <= money.kept <= order.refunded_minor
    return money.charged == order.total_minor and 0 <= money.refunded <= order.refunded_minor
