"""The writes by which other services change stock."""

from __future__ import annotations

from tradewind.inventory.writes import (
    attach_to_order,
    close_reservations,
    commit_reservation,
    delete_stock,
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
    "extend_reservation",
    "hold_again",
    "hold_stock",
    "open_stock",
    "release_reservation",
    "release_unplaced",
    "restock",
    "take_over",
    "write_off",
]
