"""When stock was short: what could be had at every moment, and which reservations did not hold their units then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tradewind.aws.table import Item
from tradewind.inventory.public import ReservationStatus
from tradewind_tools.simulation.scenario import ABANDONED_ORDER_ID

_HOLDING = {ReservationStatus.HELD.value, ReservationStatus.COMMITTED.value}


class Loss(NamedTuple):
    """A reservation did not hold its units from one moment to another; `until_ms` is None while it goes on."""

    units: Mapping[str, int]
    since_ms: int
    until_ms: int | None = None


class Shortages:
    """Remembers the course of the stock, to judge a refusal by the moments at which it may have been decided."""

    def __init__(self) -> None:
        self._available: dict[str, list[tuple[int, int]]] = {}
        self._obtainable: dict[str, list[tuple[int, int]]] = {}
        self._held_ahead: Counter[str] = Counter()
        self._losses: dict[str, dict[int, list[Loss]]] = {}

    def record_stock(self, stock: Item, now_ms: int) -> None:
        self._available.setdefault(stock["variantId"], []).append((now_ms, stock["available"]))

    def record_hold(self, before: Item | None, after: Item | None) -> None:
        """Note what a reservation holds ahead of its order, which is not placed yet."""
        for image, sign in ((before, -1), (after, 1)):
            if image and _may_be_resumed(image):
                self._held_ahead.update({name: sign * count for name, count in image["units"].items()})

    def record_commit(self, variant_id: str, now_ms: int) -> None:
        """Note, once a commit is complete, what the one who holds ahead of orders could have of a product."""
        course = self._available.get(variant_id)
        if course:
            obtainable = course[-1][1] + self._held_ahead[variant_id]
            self._obtainable.setdefault(variant_id, []).append((now_ms, obtainable))

    def record_reservation(self, reservation: Item, now_ms: int) -> None:
        """Note the moments when it begins or ceases to hold its units."""
        losses = self._losses.setdefault(reservation["orderId"], {}).setdefault(reservation.get("number", 0), [])
        is_lost = bool(losses) and losses[-1].until_ms is None
        if reservation["status"] in _HOLDING:
            losses[-1:] = [losses[-1]._replace(until_ms=now_ms)] if is_lost else losses[-1:]
        elif not is_lost:
            losses.append(Loss(reservation["units"], now_ms))

    def was_short_of(
        self, units: Mapping[str, int], since_ms: int, until_ms: int, *, beside_own_hold: bool = False
    ) -> bool:
        """Whether at some moment fewer units of one of the products could be had.

        `beside_own_hold`: what is held ahead of orders is held for whoever asks.
        """
        courses = self._obtainable if beside_own_hold else self._available
        return any(count > _lowest(courses.get(name, []), count, since_ms, until_ms) for name, count in units.items())

    def was_order_short(self, order_id: str, since_ms: int, until_ms: int) -> bool:
        """Whether at some moment a reservation of the order was lost, and could not be had again."""
        losses = [loss for each in self._losses.get(order_id, {}).values() for loss in each]
        return any(
            self.was_short_of(loss.units, max(since_ms, loss.since_ms), min(until_ms, loss.until_ms or until_ms))
            for loss in losses
            if loss.until_ms is None or loss.until_ms >= since_ms
        )


def _may_be_resumed(reservation: Item) -> bool:
    is_held = reservation["status"] == ReservationStatus.HELD.value
    return is_held and "GSI2PK" in reservation and reservation["orderId"] != ABANDONED_ORDER_ID


def _lowest(course: Sequence[tuple[int, int]], default: int, since_ms: int, until_ms: int) -> int:
    """The least that there was between the two moments; what there was at the first counts, too."""
    until = [each for each in course if each[0] <= until_ms]
    before = [count for at_ms, count in until if at_ms < since_ms][-1:]
    return min([*before, *(count for at_ms, count in until if at_ms >= since_ms)], default=default)
