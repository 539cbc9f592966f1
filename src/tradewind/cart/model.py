"""A line of a cart, whether what it asks for can be bought, and when a cart counts as abandoned."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.events import EventData
from tradewind.kernel.partitions import is_guest_id

MAX_QUANTITY = 100_000
"""Units of one variant in one cart."""

MAX_LINES = 90
"""Lines of one cart: with their products and stock they are read, and ordered, at one go."""

RETENTION = timedelta(days=30)
"""How long a line stays after it was last changed."""

MARK_RETENTION = timedelta(days=400)
"""How long the mark of an open cart stays after a line was last begun: longer than anybody keeps changing old ones."""

GUEST_MARK_RETENTION = timedelta(days=60)
"""The same of a guest's cart, after the last addition: longer than its lines stay."""

RENEWAL_INTERVAL = timedelta(days=1)
"""A guest's mark is not written more often than this for additions to lines that are there."""

ABANDONED_AFTER = timedelta(days=1)
REMINDER_INTERVAL = timedelta(days=7)
"""Nobody is reminded of carts more often than this."""

CHECK_MARGIN = timedelta(minutes=5)
"""A check that is due within this time may be over before an addition is written: longer than a request lasts, and
than clocks differ."""


class CartLine(msgspec.Struct, frozen=True, rename="camel"):
    """`version` counts the changes since `added_at`; the two together name one state of the line."""

    variant_id: str
    quantity: int
    added_at: datetime
    updated_at: datetime
    version: int


class OpenCart(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Marks who has put something into a cart, and when to check whether a customer has abandoned it.

    `user_id` is a customer's or a guest's; nobody checks a guest's cart, since no mail goes to a guest. `due_at` is
    None while no check is due; `reminded_at` is when the customer was last reminded, if ever.
    `begun` counts the lines that ever were begun; `lines` is at least how many there are, counted anew at the limit.
    `expires_at` is in epoch seconds.
    """

    user_id: str
    begun: int = 0
    lines: int = 0
    due_at: datetime | None = None
    reminded_at: datetime | None = None
    expires_at: int = 0

    def is_current(self, now: datetime) -> bool:
        """Whether who adds to a line need not write the mark anew: it is watched, or a guest's and renewed lately."""
        return self._is_renewed(now) if is_guest_id(self.user_id) else self.is_watched(now)

    def is_watched(self, now: datetime) -> bool:
        """A check is due later than just now."""
        return self.due_at is not None and self.due_at > now + CHECK_MARGIN

    def _is_renewed(self, now: datetime) -> bool:
        return self.expires_at > epoch_seconds(now + GUEST_MARK_RETENTION - RENEWAL_INTERVAL)

    def reminder_due_at(self, left_at: datetime) -> datetime:
        """When the customer may be reminded of a cart that was last changed at `left_at`."""
        abandoned_at = left_at + ABANDONED_AFTER
        return max(abandoned_at, self.reminded_at + REMINDER_INTERVAL) if self.reminded_at else abandoned_at


class Availability(StrEnum):
    AVAILABLE = "available"
    INSUFFICIENT = "insufficient"
    UNAVAILABLE = "unavailable"


class CartItemAdded(EventData, frozen=True):
    """A customer or a guest, the event's aggregate, put `quantity` more units into the cart, at that moment's price."""

    product_id: str
    variant_id: str
    quantity: int
    unit_price_minor: int
    currency: str


class CartAbandoned(EventData, frozen=True):
    """A customer, the event's aggregate, has left `line_count` lines since `left_at`, and ordered nothing meanwhile."""

    user_id: str
    line_count: int
    left_at: datetime


def availability(quantity: int, available: int | None) -> Availability:
    """`available` units can be bought; None of what never runs out, 0 of what is not sold any more."""
    if available is None or available >= quantity:
        return Availability.AVAILABLE
    return Availability.INSUFFICIENT if available > 0 else Availability.UNAVAILABLE
