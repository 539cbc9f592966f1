"""The writes by which other services change carts."""

from __future__ import annotations

from tradewind.cart.writes import (
    delete_ordered_line,
    postpone_reminder,
    record_reminder,
    stop_watching,
    take_ordered_units,
    take_units,
)

__all__ = [
    "delete_ordered_line",
    "postpone_reminder",
    "record_reminder",
    "stop_watching",
    "take_ordered_units",
    "take_units",
]
