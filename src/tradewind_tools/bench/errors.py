"""What can go wrong in a measurement."""

from __future__ import annotations

from pathlib import Path

from tradewind_tools.packaging.errors import PackagingError


class FunctionFailed(PackagingError):
    """A function under measurement ended with an error, or not at all."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The function failed: {reason[:2000]}")


class NotMeasurable(PackagingError):
    """The measurement needs what this machine does not have."""


def require_schedstat() -> None:
    """Raises NotMeasurable where the system does not tell what a process has computed."""
    if not Path("/proc/self/schedstat").exists():
        raise NotMeasurable("This needs Linux, which tells what a process has computed.")
