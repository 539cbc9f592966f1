"""Whether what the shop recorded of an order adds up: its lines, its stock, its money.

Only what is still under way may differ: money that the shop decided to refund may not have moved yet.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

import msgspec

from tradewind.inventory.public import Reservation, ReservationStatus
from tradewind.ordering.public import Order, OrderStatus, OrderWithLines, count_tracked_units
from tradewind.payments.public import Balance


class OrderRecords(msgspec.Struct, frozen=True):
    """All that is recorded of one order."""

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
    OVERDRAWN = "Overdrawn"


def find_mismatches(records: OrderRecords) -> list[Mismatch]:
    """What does not add up; nothing when all does."""
    checks = {
        Mismatch.UNDECIDED: records.order.status is not OrderStatus.PENDING,
        Mismatch.LINES: records.placed.adds_up,
        Mismatch.UNITS: _units_add_up(records),
        Mismatch.STOCK: _reservations_match_status(records),
        Mismatch.MONEY: _money_adds_up(records),
        Mismatch.OVERDRAWN: records.money.kept >= 0,
    }
    return [mismatch for mismatch, is_right in checks.items() if not is_right]


def _units_add_up(records: OrderRecords) -> bool:
    """What was ordered of products that track stock is reserved, but for what refunds took out, back on sale or not."""
    ordered, reserved, taken_out = Counter(count_tracked_units(records.placed.lines)), Counter[str](), Counter[str]()
    for reservation in records.reservations:
        reserved.update(reservation.units)
        taken_out.update(reservation.restocked)
        taken_out.update(reservation.written_off)
    refunded = Counter({name: count for name, count in records.order.refunded_units.items() if name in ordered})
    return reserved + taken_out == ordered and taken_out == refunded


def _reservations_match_status(records: OrderRecords) -> bool:
    cancelled = records.order.status is OrderStatus.CANCELLED
    expected = ReservationStatus.RELEASED if cancelled else ReservationStatus.COMMITTED
    return all(reservation.status is expected for reservation in records.reservations)


def _money_adds_up(records: OrderRecords) -> bool:
    """A confirmed order was paid, and no more was refunded than was decided; of a cancelled one, all is to go back.

    What was disputed is in the provider's hands.
    """
    order, money = records.order, records.money
    is_cancelled = order.status is OrderStatus.CANCELLED
    is_charged = money.charged == order.total_minor or (is_cancelled and not money.charged)
    is_decided = not is_cancelled or money.charged <= order.refunded_minor + max(0, money.disputed)
    return is_charged and is_decided and 0 <= money.refunded <= order.refunded_minor
