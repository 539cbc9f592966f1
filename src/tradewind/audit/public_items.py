"""The kinds of items of the audit log, for what goes through all that is known of a person."""

from __future__ import annotations

from tradewind.audit.reads import ITEMS

__all__ = ["ITEMS"]
