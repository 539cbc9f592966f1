"""Events that go on the bus under a second name, beside their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tradewind.kernel.events import Event

ORDER_DONE = "order.done"
"""What other systems listen for: an order is paid, sold and confirmed."""

_ALIASES = {"OrderConfirmed": ORDER_DONE}


def with_aliases(events: Iterable[Event]) -> Iterator[Event]:
    """The events, each followed by its alias, whose id follows from the event's own."""
    for event in events:
        yield event
        if name := _ALIASES.get(event.type):
            yield msgspec.structs.replace(event, event_id=f"done-{event.event_id}", type=name)
