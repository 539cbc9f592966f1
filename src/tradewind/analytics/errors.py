"""What analytics refuses."""

from __future__ import annotations

from tradewind.kernel.errors import Unprocessable


class InvalidPeriod(Unprocessable):
    """The period ends before it begins, or is longer than a report may be."""
