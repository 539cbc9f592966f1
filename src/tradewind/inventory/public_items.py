"""The kinds of items of inventory, for what goes through all that is known of a person."""

from __future__ import annotations

from tradewind.inventory.reads import ITEMS

__all__ = ["ITEMS"]
