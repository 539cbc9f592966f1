"""The kinds of items of notifications, for what goes through all that is known of a person."""

from __future__ import annotations

from tradewind.notifications.reads import ITEMS

__all__ = ["ITEMS"]
