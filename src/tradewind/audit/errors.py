"""Errors about the audit log."""

from __future__ import annotations

from tradewind.kernel.errors import NotFound


class ActNotFound(NotFound):
    """There is no act with this id, or it is older than the log."""
