"""The writes by which other services change stock."""

from __future__ import annotations

from tradewind.inventory.low_stock import lift_low_stock, report_low_stock
from tradewind.inventory.writes import (
    attach_to_order,
    close_reservations,
    commit_reservation,
    delete_stock,
    delete_untouched_stock,
    extend_reservation,
    hold_again,
    hold_stock,
    open_stock,
    release_reservation,
    release_unplaced,
    restock,
    take_over,
    write_off,
)

__all__ = [
    "attach_to_order",
    "close_reservations",
    "commit_reservation",
    "delete_stock",
    "delete_untouched_stock",
    "extend_reservation",
    "hold_again",
    "hold_stock",
    "lift_low_stock",
    "open_stock",
    "release_reservation",
    "release_unplaced",
    "report_low_stock",
    "restock",
    "take_over",
    "write_off",
]
