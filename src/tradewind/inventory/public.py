"""What other services may read of the inventory."""

from __future__ import annotations

from tradewind.inventory.errors import TooManyProducts
from tradewind.inventory.model import Reservation, ReservationStatus, Stock, plan_reservations
from tradewind.inventory.reads import (
    find_reservations,
    is_stock,
    list_reservations,
    list_unplaced_reservations,
    read_reservations,
    read_stocks,
    reread_reservation,
    stock_from,
    stock_key,
)

__all__ = [
    "Reservation",
    "ReservationStatus",
    "Stock",
    "TooManyProducts",
    "find_reservations",
    "is_stock",
    "list_reservations",
    "list_unplaced_reservations",
    "plan_reservations",
    "read_reservations",
    "read_stocks",
    "reread_reservation",
    "stock_from",
    "stock_key",
]
