"""What can go wrong in a measurement."""

from __future__ import annotations

import sys

from tradewind_tools.errors import Refusal


class FunctionFailed(Refusal):
    """A function under measurement ended with an error, or not at all."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The function failed: {reason[:2000]}")


class NotMeasurable(Refusal):
    """The measurement needs what this machine does not have."""


def require_linux() -> None:
    """Raises NotMeasurable where the system does not measure the CPU time of a process."""
    if sys.platform != "linux":
        raise NotMeasurable("This needs Linux, which measures the CPU time of each process.")
