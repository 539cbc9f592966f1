"""What can go wrong in a measurement."""

from __future__ import annotations

from tradewind_tools.packaging.errors import PackagingError


class FunctionFailed(PackagingError):
    """A function under measurement ended with an error, or not at all."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The function failed: {reason[:2000]}")


class NotMeasurable(PackagingError):
    """The measurement needs what this machine does not have."""
