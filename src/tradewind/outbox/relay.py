"""From the stream to the bus: every recorded event, in order, at least once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tradewind.aws.bus import Bus, Entry, entry, event_bridge, groups
from tradewind.aws.log import Journal
from tradewind.kernel.clock import Clock
from tradewind.kernel.events import Event
from tradewind.outbox.announcing import announced
from tradewind.outbox.stream import recorded_events
from tradewind.shop import Shop, production

ATTEMPTS = 4
"""How often an entry is put before the whole batch is left to come again."""

COUNTED = {
    "OrderPlaced": "OrderPlaced",
    "OrderConfirmed": "OrderConfirmed",
    "OrderCancelled": "OrderCancelled",
    "PaymentSucceeded": "PaymentProcessed",
    "PaymentFailed": "PaymentFailed",
    "CartItemAdded": "CartItemAdded",
}
"""What the shop's dashboard shows, by the event that tells it: here every event passes, whoever caused it."""

_BASE_SECONDS = 0.05


class EventsRefused(Exception):
    """The bus did not take all events; the stream delivers the batch again, and consumers know what they have had."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"the bus refused {len(codes)} events: {', '.join(sorted(set(codes)))}")
        self.codes = tuple(codes)


class Relay:
    """Forward the events that the table's stream shows to the bus."""

    def __init__(self, bus: Callable[[str], Bus], sleep: Callable[[float], None] = time.sleep) -> None:
        self._bus = bus
        self._sleep = sleep

    def __call__(self, batch: dict[str, Any], context: object, shop: Shop | None = None) -> None:
        shop = shop or production()
        journal = Journal(shop.clock, request_id=str(getattr(context, "aws_request_id", "")))
        try:
            events = _noted(batch, journal)
            self.forward(events, shop)
            _count(events, journal, shop.settings.currency)
        except Exception as error:
            journal.fault(error)
            journal.write("ERROR", "forward_events", type(error).__name__)
            raise
        journal.write("INFO", "forward_events")

    def forward(self, events: Sequence[Event], shop: Shop) -> None:
        """Raises EventsRefused."""
        if events:
            tell(events, self._bus(shop.settings.bus_name), shop.clock, self._sleep)


forward_events = Relay(event_bridge)


def tell(events: Iterable[Event], bus: Bus, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
    """Put events on the bus in their order, and what else they are told as. Raises EventsRefused."""
    for group in groups(map(entry, announced(events))):
        _put(group, bus, clock, sleep)


def _put(group: Sequence[Entry], bus: Bus, clock: Clock, sleep: Callable[[float], None]) -> None:
    """Raises EventsRefused when some of the entries are still refused at the last attempt."""
    left, codes = group, bus.put(group)
    for attempt in range(1, ATTEMPTS):
        left = [each for each, code in zip(left, codes, strict=True) if code]
        if not left:
            return
        sleep(_pause_seconds(attempt, clock))
        codes = bus.put(left)
    if any(codes):
        raise EventsRefused([code for code in codes if code])


def _noted(batch: dict[str, Any], journal: Journal) -> list[Event]:
    events = list(recorded_events(batch))
    correlation_ids = list(dict.fromkeys(event.correlation_id for event in events))
    if len(correlation_ids) == 1:
        journal.correlation_id = correlation_ids[0]
    else:
        journal.note(correlationIds=correlation_ids)
    journal.note(events=len(events), types=Counter(event.type for event in events))
    return events


def _count(events: Sequence[Event], journal: Journal, currency: str) -> None:
    """Only what was forwarded counts: a batch that failed comes again. Payments in the shop's own currency add up."""
    for event in events:
        if event.type in COUNTED:
            journal.count(COUNTED[event.type])
        if event.type == "PaymentSucceeded" and event.data.get("currency") == currency:
            journal.count("AmountPaidMinor", event.data.get("amountMinor", 0))


def _pause_seconds(attempt: int, clock: Clock) -> float:
    """Full jitter: anywhere up to an exponentially growing bound."""
    return _BASE_SECONDS * (1 << attempt) * clock.entropy(1)[0] / 255
