"""Stock of a variant, the movements that change it, and the reservations that hold it for orders.

`on_hand = available + reserved`; a reservation is the movement record of what its order does to stock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from itertools import islice

import msgspec

from tradewind.inventory.errors import NotEnoughStock, StockReserved
from tradewind.kernel.errors import Detail
from tradewind.kernel.events import EventData
from tradewind.kernel.states import StateTable
from tradewind.kernel.variant_ids import product_of

MAX_VARIANTS = 80
"""Variants in one reservation: with their stock they fit a transaction of 100 actions and leave room for an order."""


class Stock(msgspec.Struct, frozen=True, rename="camel"):
    """Whole units; none of them is ever negative. Whatever changes one of them adds 1 to `version`.

    `received` is what ever came in other than by an order, less what went: it is on hand or sold. `low_reported` says
    that StockLow is recorded: not again before more than a few units are available.
    """

    variant_id: str
    available: int
    reserved: int
    sold: int
    version: int
    received: int = 0
    low_reported: bool = False

    @classmethod
    def opening(cls, variant_id: str, units: int) -> Stock:
        """The stock of a new variant."""
        return cls(variant_id=variant_id, available=units, reserved=0, sold=0, version=1, received=units)

    @property
    def is_untouched(self) -> bool:
        """Whether no unit is there, nor an order has one."""
        return self.available == self.reserved == self.sold == 0

    @property
    def on_hand(self) -> int:
        return self.available + self.reserved


class MovementKind(StrEnum):
    OPENING = "opening"
    COUNT = "count"
    ADJUSTMENT = "adjustment"


class Movement(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One change of the units on hand that no order made; what orders change is in their reservations."""

    movement_id: str
    variant_id: str
    change: int
    kind: MovementKind
    at: datetime
    by: str
    reason: str = ""


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

STOCK_CHANGES: dict[tuple[ReservationStatus, ReservationStatus], dict[str, int]] = {
    (ReservationStatus.HELD, ReservationStatus.COMMITTED): {"reserved": -1, "sold": 1},
    (ReservationStatus.HELD, ReservationStatus.RELEASED): {"reserved": -1, "available": 1},
    (ReservationStatus.COMMITTED, ReservationStatus.RELEASED): {"sold": -1, "available": 1},
    (ReservationStatus.RELEASED, ReservationStatus.HELD): {"available": -1, "reserved": 1},
}
"""What each transition of a reservation does to a variant's stock, per reserved unit."""


class Reservation(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Stock held for an order until it is confirmed or cancelled.

    `units` by variant id: what goes back on sale when the order is cancelled. Refunds take units out of it: `restocked`
    went back on sale with them, `written_off` does not come back, and stays sold whatever becomes of the order. A large
    order has several reservations, each of which fits a transaction: `number` counts them from 0. One that `is_closed`
    belongs to a cancelled order: its stock can only be released.
    """

    order_id: str
    number: int
    status: ReservationStatus
    held_until: datetime
    units: dict[str, int]
    restocked: dict[str, int] = {}
    written_off: dict[str, int] = {}
    is_closed: bool = False


class StockAdjusted(EventData, frozen=True):
    """Units came or went other than by an order; `available` is what can be bought after it."""

    product_id: str
    variant_id: str
    change: int
    available: int


class StockLow(EventData, frozen=True):
    """A variant is about to run out: as many units are available as the shop calls few, or fewer."""

    product_id: str
    variant_id: str
    available: int


def apply_count(stock: Stock, on_hand: int) -> Stock:
    """The stock once `on_hand` units were counted. Raises StockReserved."""
    if on_hand < stock.reserved:
        raise StockReserved(
            f"Orders hold {stock.reserved} of {stock.variant_id!r}, so {on_hand} on hand cannot be right.",
            (Detail(stock.variant_id, f"{stock.reserved} reserved"),),
        )
    return _with_available(stock, on_hand - stock.reserved)


def apply_adjustment(stock: Stock, change: int) -> Stock:
    """The stock once `change` units came, or went when it is negative. Raises NotEnoughStock."""
    if stock.available + change < 0:
        raise NotEnoughStock(
            f"Only {stock.available} of {stock.variant_id!r} are left to take {-change} from.",
            (Detail(stock.variant_id, f"{stock.available} left"),),
        )
    return _with_available(stock, stock.available + change)


def watch_level(before: Stock, after: Stock, few: int) -> Stock:
    """The stock after a change, with the mark that StockLow is recorded where it has fallen to `few` or below."""
    is_reported = after.available <= few and (before.low_reported or after.available < before.available)
    return msgspec.structs.replace(after, low_reported=is_reported)


def stock_events(before: Stock, after: Stock) -> tuple[EventData, ...]:
    """The events of a change; StockLow once, when the mark of it is made."""
    change = after.available - before.available
    adjustment = (
        (StockAdjusted(product_of(after.variant_id), after.variant_id, change, after.available),) if change else ()
    )
    becomes_low = after.low_reported and not before.low_reported
    return (*adjustment, stock_low(after)) if becomes_low else adjustment


def stock_low(stock: Stock) -> StockLow:
    return StockLow(product_of(stock.variant_id), stock.variant_id, stock.available)


def plan_reservations(order_id: str, units: Mapping[str, int], held_until: datetime) -> list[Reservation]:
    """The reservations that an order of `units` needs: none when nothing in it tracks stock."""
    remaining = iter(sorted(units.items()))
    numbered = enumerate(iter(lambda: dict(islice(remaining, MAX_VARIANTS)), {}))
    return [Reservation(order_id, number, ReservationStatus.HELD, held_until, part) for number, part in numbered]


def _with_available(stock: Stock, available: int) -> Stock:
    received = stock.received + available - stock.available
    return msgspec.structs.replace(stock, available=available, received=received, version=stock.version + 1)
