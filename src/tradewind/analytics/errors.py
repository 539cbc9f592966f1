"""Errors of analytics."""

from __future__ import annotations

from tradewind.kernel.errors import RetryLater, Unprocessable


class InvalidPeriod(Unprocessable):
    """The period ends before it begins, or is longer than a report may be."""


class OrderNotVisibleYet(RetryLater):
    """The order of an event cannot be read yet; dead-lettered should it never be."""
