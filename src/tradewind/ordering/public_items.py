"""The kinds of items of ordering, for what goes through all that is known of a person."""

from __future__ import annotations

from tradewind.ordering.reads import ITEMS

__all__ = ["ITEMS"]
