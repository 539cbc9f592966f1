"""A line of a cart, and whether what it asks for can be bought."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tradewind.kernel.events import EventData

MAX_QUANTITY = 100_000
"""Units of one product in one cart."""

KEPT_FOR = timedelta(days=30)
"""How long a line stays after it was last changed."""


class CartLine(msgspec.Struct, frozen=True, rename="camel"):
    """`version` counts the changes since `added_at`; the two together name one state of the line."""

    product_id: str
    quantity: int
    added_at: datetime
    updated_at: datetime
    version: int


class Availability(StrEnum):
    AVAILABLE = "available"
    INSUFFICIENT = "insufficient"
    UNAVAILABLE = "unavailable"


class CartItemAdded(EventData, frozen=True):
    """A customer, the event's aggregate, put `quantity` more units into the cart, at the price of that moment."""

    product_id: str
    quantity: int
    unit_price_minor: int
    currency: str


def availability(wanted: int, available: int | None) -> Availability:
    """`available` units can be bought; None of what never runs out, 0 of what is not sold any more."""
    if available is None or available >= wanted:
        return Availability.AVAILABLE
    return Availability.INSUFFICIENT if available > 0 else Availability.UNAVAILABLE
