"""What other services may use of the cart."""

from __future__ import annotations

from tradewind.cart.model import CartAbandoned, CartLine, OpenCart
from tradewind.cart.pricing import PricedLine, price_cart, sum_totals_minor
from tradewind.cart.reads import OPEN_SHARDS, list_lines, open_cart_from, query_due_carts
from tradewind.cart.writes import (
    delete_ordered_line,
    delete_unchanged_line,
    postpone_reminder,
    record_reminder,
    stop_watching,
)

__all__ = [
    "OPEN_SHARDS",
    "CartAbandoned",
    "CartLine",
    "OpenCart",
    "PricedLine",
    "delete_ordered_line",
    "delete_unchanged_line",
    "list_lines",
    "open_cart_from",
    "postpone_reminder",
    "price_cart",
    "query_due_carts",
    "record_reminder",
    "stop_watching",
    "sum_totals_minor",
]
