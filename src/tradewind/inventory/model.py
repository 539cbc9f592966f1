"""Stock of one product: `on_hand = available + reserved`; `sold` only ever grows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Stock(msgspec.Struct, frozen=True, rename="camel"):
    """Whole units; none of the three is ever negative."""

    product_id: str
    available: int
    reserved: int
    sold: int
    version: int

    @property
    def on_hand(self) -> int:
        return self.available + self.reserved


class MovementReason(StrEnum):
    OPENING = "opening"
    COUNT = "count"
    ADJUSTMENT = "adjustment"


class Movement(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One change of the units on hand that no order made; what orders move stands in their reservations."""

    movement_id: str
    product_id: str
    change: int
    reason: MovementReason
    at: datetime
    by: str
    note: str = ""
