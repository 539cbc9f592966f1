"""What other services may ask of the inventory."""

from __future__ import annotations

from tradewind.aws.table import Absent, AnyOf, Delete, Equals, Put
from tradewind.inventory.model import Movement, MovementKind, Stock
from tradewind.inventory.reservations import (
    Reservation,
    ReservationStatus,
    TooManyProducts,
    abandoning,
    chunks,
    extending,
    holding,
    moving,
    of_order,
    placed,
    read_again,
    reservations_in,
    returning,
    without_order,
)
from tradewind.inventory.store import new_stock, read_stocks, recorded, stock_from, stock_key, units_received
from tradewind.kernel.clock import Clock, ulid

__all__ = [
    "Reservation",
    "ReservationStatus",
    "Stock",
    "TooManyProducts",
    "abandoning",
    "chunks",
    "extending",
    "holding",
    "moving",
    "of_order",
    "opening",
    "placed",
    "read_again",
    "read_stocks",
    "removal",
    "reservations_in",
    "returning",
    "stock_from",
    "stock_key",
    "units_received",
    "without_order",
]


def opening(product_id: str, units: int, *, by: str, clock: Clock) -> list[Put]:
    """The writes that open the stock of a new product with `units` on hand, and say so in a movement."""
    stock = Stock(product_id=product_id, available=units, reserved=0, sold=0, version=1)
    movement = Movement(
        movement_id=ulid(clock),
        product_id=product_id,
        change=units,
        kind=MovementKind.OPENING,
        at=clock.now(),
        by=by,
    )
    return [new_stock(stock), recorded(movement)]


def removal(product_id: str) -> Delete:
    """The write that ends a product's stock; its condition fails where an order may still give a piece of it back."""
    return Delete(stock_key(product_id), when=(_none("reserved"), _none("sold")))


def _none(units: str) -> AnyOf:
    return AnyOf((Absent(), Equals(units, 0)))
