"""What other services may use of the cart."""

from __future__ import annotations

from tradewind.cart.model import CartAbandoned, CartLine, OpenCart
from tradewind.cart.pricing import PricedLine, price_cart, sum_totals_minor
from tradewind.cart.reads import OPEN_SHARDS, line_from, line_key, list_lines, open_cart_from, query_due_carts
from tradewind.cart.writes import (
    delete_ordered_line,
    postpone_reminder,
    record_reminder,
    stop_watching,
    take_ordered_units,
    take_units,
)

__all__ = [
    "OPEN_SHARDS",
    "CartAbandoned",
    "CartLine",
    "OpenCart",
    "PricedLine",
    "delete_ordered_line",
    "line_from",
    "line_key",
    "list_lines",
    "open_cart_from",
    "postpone_reminder",
    "price_cart",
    "query_due_carts",
    "record_reminder",
    "stop_watching",
    "sum_totals_minor",
    "take_ordered_units",
    "take_units",
]
