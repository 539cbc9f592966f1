"""How long to wait before the next attempt."""

from __future__ import annotations

from tradewind.kernel.clock import Clock


def pause_seconds(attempt: int, base_seconds: float, clock: Clock) -> float:
    """The wait before an attempt, counted from 0: anywhere up to `base_seconds * 2**attempt`.

    Exponential backoff with full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    return base_seconds * (1 << attempt) * clock.entropy(1)[0] / 255
