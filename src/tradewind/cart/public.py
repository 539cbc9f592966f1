"""What other services may read of carts."""

from __future__ import annotations

from tradewind.cart.model import CartAbandoned, CartLine, OpenCart
from tradewind.cart.pricing import PricedLine, price_cart, sum_totals_minor
from tradewind.cart.reads import OPEN_SHARDS, line_from, line_key, list_lines, open_cart_from, query_due_carts

__all__ = [
    "OPEN_SHARDS",
    "CartAbandoned",
    "CartLine",
    "OpenCart",
    "PricedLine",
    "line_from",
    "line_key",
    "list_lines",
    "open_cart_from",
    "price_cart",
    "query_due_carts",
    "sum_totals_minor",
]
