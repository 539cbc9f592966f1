"""The kinds of items of identity, for what goes through all that is known of a person."""

from __future__ import annotations

from tradewind.identity.reads import ITEMS

__all__ = ["ITEMS"]
