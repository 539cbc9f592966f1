"""Stock of one product: `on_hand = available + reserved`; `sold` only ever grows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tradewind.inventory.errors import NotEnoughStock, StockReserved
from tradewind.kernel.errors import Detail
from tradewind.kernel.events import EventData

LOW_STOCK = 5
"""At this many available units, or fewer, a product is about to run out."""


class Stock(msgspec.Struct, frozen=True, rename="camel"):
    """Whole units; none of the three is ever negative. Whatever changes one of them adds 1 to `version`."""

    product_id: str
    available: int
    reserved: int
    sold: int
    version: int

    @property
    def on_hand(self) -> int:
        return self.available + self.reserved


class MovementKind(StrEnum):
    OPENING = "opening"
    COUNT = "count"
    ADJUSTMENT = "adjustment"


class Movement(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One change of the units on hand that no order made; what orders move stands in their reservations."""

    movement_id: str
    product_id: str
    change: int
    kind: MovementKind
    at: datetime
    by: str
    reason: str = ""


class StockAdjusted(EventData, frozen=True):
    """Units came or went other than by an order; `available` is what can be bought after it."""

    product_id: str
    change: int
    available: int


class StockLow(EventData, frozen=True):
    """A product is about to run out."""

    product_id: str
    available: int


def counted(stock: Stock, on_hand: int) -> Stock:
    """The stock once `on_hand` units were counted. Raises StockReserved."""
    if on_hand < stock.reserved:
        raise StockReserved(
            f"Orders hold {stock.reserved} of {stock.product_id!r}, so {on_hand} on hand cannot be right.",
            (Detail(stock.product_id, f"{stock.reserved} reserved"),),
        )
    return _with_available(stock, on_hand - stock.reserved)


def adjusted(stock: Stock, change: int) -> Stock:
    """The stock once `change` units came, or went when it is negative. Raises NotEnoughStock."""
    if stock.available + change < 0:
        raise NotEnoughStock(
            f"Only {stock.available} of {stock.product_id!r} are left to take {-change} from.",
            (Detail(stock.product_id, f"{stock.available} left"),),
        )
    return _with_available(stock, stock.available + change)


def facts(before: Stock, after: Stock) -> tuple[EventData, ...]:
    """What there is to tell of a change; that stock is low is told once, when it becomes so."""
    change = after.available - before.available
    adjustment = (StockAdjusted(after.product_id, change, after.available),) if change else ()
    becomes_low = before.available > LOW_STOCK >= after.available
    return (*adjustment, StockLow(after.product_id, after.available)) if becomes_low else adjustment


def _with_available(stock: Stock, available: int) -> Stock:
    return msgspec.structs.replace(stock, available=available, version=stock.version + 1)
