"""The kinds of items of cart, for what goes through all that is known of a person."""

from __future__ import annotations

from tradewind.cart.reads import ITEMS

__all__ = ["ITEMS"]
