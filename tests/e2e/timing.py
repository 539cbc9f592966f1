"""What the shop counts by windows of the clock: fifteen minutes, hours, days, all of them in UTC."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

ROOM_SECONDS: Final = 30
"""A test takes less, on a busy machine too."""


def within_one(window: timedelta) -> None:
    """Return when what happens next happens in one window: where the present one is nearly over, in the next."""
    length_seconds = window.total_seconds()
    left_seconds = length_seconds - time.time() % length_seconds
    if left_seconds < ROOM_SECONDS:
        time.sleep(left_seconds)
