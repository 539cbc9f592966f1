"""The kinds of items of payments, for what goes through all that is known of a person."""

from __future__ import annotations

from tradewind.payments.reads import ITEMS

__all__ = ["ITEMS"]
