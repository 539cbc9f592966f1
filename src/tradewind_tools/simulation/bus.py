"""The event bus in a simulated world: EventBridge with the blueprint's rules and its archive.

Everything is delivered at least once: late, in any order, and now and then twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, TypeAlias

import msgspec

from tradewind.aws.bus import Entry
from tradewind_tools.blueprint.messaging import RULES, Rule
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.scheduler import HOUR_MS

Detail: TypeAlias = dict[str, Any]
"""An event as JSON, such as the detail of EventBridge's envelope."""

_DELIVERY_MS = 80
_LATE_CHANCE = 0.02
_DUPLICATE_CHANCE = 0.02
_THROTTLE_CHANCE = 0.02
_LATE_HOURS = 3
_THROTTLE_MS = 5_000


class SimulatedBus:
    """A `tradewind.aws.bus.Bus`; `deliver` puts an event on the queue of a rule."""

    def __init__(self, calls: Calls, deliver: Callable[[str, Detail], None], random: Random) -> None:
        self._calls = calls
        self._random = random
        self._throttles_until_ms = 0
        self._archive: list[tuple[str, Detail]] = []
        self._deliver = deliver

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        """Accept all entries; while the bus throttles, refuse the first of them."""
        return self._calls.make("bus.put", ", ".join(entry.type for entry in entries), lambda: self._accept(entries))

    def publish(self, kind: str, detail: Detail) -> None:
        """Archive an event and send it to the rules."""
        self._archive.append((kind, detail))
        self._route(kind, detail)

    def replay(self) -> None:
        """Send every archived event to the rules again."""
        self._calls.fault_counts[EnvironmentFault.REPLAYED] += 1
        self._calls.log("bus", "replay", f"{len(self._archive)} events")
        for kind, detail in self._archive:
            self._route(kind, detail)

    def redeliver(self, kind: str, aggregate_id: str) -> None:
        """Send the first event of this type about this aggregate to the rules once more, if there is one."""
        events = [detail for name, detail in self._archive if (name, detail["aggregateId"]) == (kind, aggregate_id)]
        for detail in events[:1]:
            self._route(kind, detail)

    def _route(self, kind: str, detail: Detail) -> None:
        for rule in RULES:
            if matches(rule, kind, detail):
                self._calls.log("bus", "rule", f"{rule.name} {kind} of {detail['aggregateId']}")
                self._schedule(rule, detail)

    def _schedule(self, rule: Rule, detail: Detail) -> None:
        """Deliver after a while; hours later, or twice, under a fault."""
        self._spawn(rule, detail)
        if self._calls.occurs(EnvironmentFault.DUPLICATE, _DUPLICATE_CHANCE):
            self._calls.log(rule.name, "duplicate")
            self._spawn(rule, detail)

    def _spawn(self, rule: Rule, detail: Detail) -> None:
        delay_ms = self._draw_delay_ms()
        self._calls.scheduler.spawn(rule.name, lambda: self._deliver(rule.queue, detail), after_ms=delay_ms)

    def _draw_delay_ms(self) -> int:
        if self._calls.occurs(EnvironmentFault.LATE, _LATE_CHANCE):
            return int(self._random.random() * _LATE_HOURS * HOUR_MS)
        return 1 + int(self._random.random() * _DELIVERY_MS)

    def _accept(self, entries: Sequence[Entry]) -> list[str | None]:
        now_ms = self._calls.scheduler.now_ms
        if self._calls.occurs(EnvironmentFault.BUS_THROTTLES, _THROTTLE_CHANCE):
            self._throttles_until_ms = now_ms + int(self._random.random() * _THROTTLE_MS)
        is_throttled = now_ms < self._throttles_until_ms
        for entry in entries[is_throttled:]:
            self.publish(entry.type, msgspec.json.decode(entry.detail))
        return ["ThrottlingException" if is_throttled and position == 0 else None for position in range(len(entries))]


def matches(rule: Rule, kind: str, detail: Mapping[str, Any]) -> bool:
    """Whether the rule's pattern matches an event of this type and detail."""
    return kind in rule.events and all(detail["data"].get(name) == value for name, value in rule.data)


def encode_queue_body(detail: Detail) -> str:
    """An event as EventBridge puts it on a queue."""
    return msgspec.json.encode({"detail": detail}).decode()
