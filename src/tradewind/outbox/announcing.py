"""What the shop tells others under a name of its own, beside the fact itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tradewind.kernel.events import Event

ORDER_DONE = "order.done"
"""Others begin with it when an order is paid, sold and confirmed."""

_ALSO_TOLD_AS = {"OrderConfirmed": ORDER_DONE}


def announced(events: Iterable[Event]) -> Iterator[Event]:
    """The events, each followed by what else it is told as, with an id that follows from its own."""
    for event in events:
        yield event
        if name := _ALSO_TOLD_AS.get(event.type):
            yield msgspec.structs.replace(event, event_id=f"done-{event.event_id}", type=name)
