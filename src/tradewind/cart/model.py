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

ABANDONED_AFTER = timedelta(days=1)
REMINDED_EVERY = timedelta(days=7)
"""Nobody is reminded of carts more often than this."""

LOOKING = timedelta(minutes=5)
"""A mark that is due within this time may be gone before an addition is written: longer than a request lasts, and than
clocks differ."""


class CartLine(msgspec.Struct, frozen=True, rename="camel"):
    """`version` counts the changes since `added_at`; the two together name one state of the line."""

    product_id: str
    quantity: int
    added_at: datetime
    updated_at: datetime
    version: int


class OpenCart(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Who has put something into a cart, and when somebody is to look whether they left it.

    `due_at` is None while nobody needs to look. What was looked after once keeps `reminded_at`.
    """

    user_id: str
    due_at: datetime | None = None
    reminded_at: datetime | None = None

    def is_looked_after(self, now: datetime) -> bool:
        """Somebody will look, and nobody looks just now: who adds to the cart need not write the mark anew."""
        return self.due_at is not None and self.due_at > now + LOOKING

    def tellable_at(self, left_at: datetime) -> datetime:
        """When a cart that was last touched at `left_at` may be told of as abandoned."""
        left_long = left_at + ABANDONED_AFTER
        return max(left_long, self.reminded_at + REMINDED_EVERY) if self.reminded_at else left_long


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


class CartAbandoned(EventData, frozen=True):
    """A customer, the event's aggregate, has left `line_count` lines since `left_at`, and ordered nothing meanwhile."""

    user_id: str
    line_count: int
    left_at: datetime


def availability(wanted: int, available: int | None) -> Availability:
    """`available` units can be bought; None of what never runs out, 0 of what is not sold any more."""
    if available is None or available >= wanted:
        return Availability.AVAILABLE
    return Availability.INSUFFICIENT if available > 0 else Availability.UNAVAILABLE
