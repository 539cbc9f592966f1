"""Why a batch of events is delivered again."""

from __future__ import annotations

from collections.abc import Sequence


class EventsRefused(Exception):
    """The bus did not take all events; the stream delivers the batch again, and consumers know what they have had."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"the bus refused {len(codes)} events: {', '.join(sorted(set(codes)))}")
        self.codes = tuple(codes)
