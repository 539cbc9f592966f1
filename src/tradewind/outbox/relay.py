"""From the stream to the bus: every recorded event, in order, at least once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.json import encode

from tradewind.aws.bus import Bus, Entry, entry, groups
from tradewind.aws.log import InvocationLog, request_id_of
from tradewind.kernel.backoff import pause_seconds
from tradewind.kernel.clock import Clock
from tradewind.kernel.events import Event
from tradewind.outbox.aliases import with_aliases
from tradewind.outbox.errors import EventsRefused
from tradewind.outbox.stream import Unreadable, read_events
from tradewind.shop import Shop, connect_in_init, production

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
"""The metrics of the shop's dashboard, by type of event: every event passes here, whoever caused it."""

FAILURES = "stream-failures"
"""The queue that `stream-rescuer` reads; the blueprint's tests hold it to this name."""

_BASE_SECONDS = 0.05

connect_in_init("bus")


def forward_events(batch: dict[str, Any], context: object, shop: Shop | None = None) -> None:
    """Forward the events that the table's stream shows to the bus. Raises EventsRefused."""
    shop = shop or production()
    with InvocationLog("forward_events", shop.clock, request_id=request_id_of(context)) as log:
        events, unreadable = read_events(batch)
        _describe(events, log)
        if events:
            publish(events, shop.bus, shop.clock)
        _set_aside(unreadable, log, shop)
        _count(events, log, shop.settings.currency)


def _set_aside(unreadable: Sequence[Unreadable], log: InvocationLog, shop: Shop) -> None:
    """Send records that cannot be read to the queue of failures: repeated, each would hold up its shard for an hour."""
    for each in unreadable:
        shop.queues.send(FAILURES, encode({"record": each.record}).decode())
        log.level, log.message = "ERROR", "UnreadableRecord"
        log.add(unreadable=len(unreadable), fault=each.fault[:500], item=each.record.get("dynamodb", {}).get("Keys"))


def publish(events: Iterable[Event], bus: Bus, clock: Clock) -> None:
    """Put events and their aliases on the bus, in order. Raises EventsRefused."""
    for group in groups(map(entry, with_aliases(events))):
        _put(group, bus, clock)


def _put(group: Sequence[Entry], bus: Bus, clock: Clock) -> None:
    """Raises EventsRefused when some of the entries are still refused at the last attempt."""
    left, codes = group, bus.put(group)
    for attempt in range(1, ATTEMPTS):
        left = [each for each, code in zip(left, codes, strict=True) if code]
        if not left:
            return
        clock.sleep(pause_seconds(attempt, _BASE_SECONDS, clock))
        codes = bus.put(left)
    if any(codes):
        raise EventsRefused([code for code in codes if code])


def _describe(events: Sequence[Event], log: InvocationLog) -> None:
    correlation_ids = list(dict.fromkeys(event.correlation_id for event in events))
    if len(correlation_ids) == 1:
        log.correlation_id = correlation_ids[0]
    else:
        log.add(correlationIds=correlation_ids)
    log.add(events=len(events), types=Counter(event.type for event in events))


def _count(events: Sequence[Event], log: InvocationLog, currency: str) -> None:
    """Only what was forwarded counts: a batch that failed comes again. Payments in the shop's own currency add up."""
    for event in events:
        if event.type in COUNTED:
            log.count(COUNTED[event.type])
        if event.type == "PaymentSucceeded" and event.data.get("currency") == currency:
            log.count("AmountPaidMinor", event.data.get("amountMinor", 0))
