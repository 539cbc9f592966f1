"""What other services may use of the inventory."""

from __future__ import annotations

from tradewind.inventory.errors import TooManyProducts
from tradewind.inventory.model import Reservation, ReservationStatus, Stock, plan_reservations
from tradewind.inventory.reads import (
    find_reservations,
    list_reservations,
    list_unplaced_reservations,
    read_reservations,
    read_stocks,
    reread_reservation,
    stock_from,
    stock_key,
)
from tradewind.inventory.writes import (
    attach_to_order,
    commit_reservation,
    delete_stock,
    extend_reservation,
    hold_again,
    hold_stock,
    open_stock,
    release_reservation,
    release_unplaced,
    restock,
    write_off,
)

__all__ = [
    "Reservation",
    "ReservationStatus",
    "Stock",
    "TooManyProducts",
    "attach_to_order",
    "commit_reservation",
    "delete_stock",
    "extend_reservation",
    "find_reservations",
    "hold_again",
    "hold_stock",
    "list_reservations",
    "list_unplaced_reservations",
    "open_stock",
    "plan_reservations",
    "read_reservations",
    "read_stocks",
    "release_reservation",
    "release_unplaced",
    "reread_reservation",
    "restock",
    "stock_from",
    "stock_key",
    "write_off",
]
