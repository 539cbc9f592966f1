"""Stream, bus and queues in a simulated world, with the blueprint's own rules and limits.

Everything comes at least once: late, in any order, and twice when luck is bad. What cannot be delivered waits among
the dead letters until an operator gives it another chance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

import msgspec

from tradewind.aws.bus import Entry
from tradewind.aws.events import PREFIX
from tradewind.outbox.rescue import FailedBatch, RecordsGone
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import RULES, Queue, Rule, Target
from tradewind_tools.blueprint.model import Function, QueueSource, StreamSource
from tradewind_tools.memory.stream_images import image
from tradewind_tools.memory.table import StreamRecord
from tradewind_tools.simulation.calls import AnswerLost, Calls, Refused
from tradewind_tools.simulation.faults import Mishap
from tradewind_tools.simulation.functions import FunctionFailed, Functions
from tradewind_tools.simulation.ports import shard_of
from tradewind_tools.simulation.scheduler import HOUR_MS

Detail = dict[str, Any]
FAILURES = (FunctionFailed, AnswerLost, Refused)
"""How a call to Lambda fails for whoever made it."""

_SHARDS = 2
_POLL_MS = 120
_DELIVERY_MS = 80
_LATE_CHANCE = 0.02
_DUPLICATE_CHANCE = 0.02
_LATE_HOURS = 3
_THROTTLE_MS = 5_000
_STREAM_RETRY_MS = 2_000
_OUTAGE_CHANCE = 0.01
_STREAM_KEEPS_MS = 24 * HOUR_MS


class Postman:
    """Decides how long a delivery takes, and whether it is made twice."""

    def __init__(self, calls: Calls, random: Random) -> None:
        self._calls = calls
        self._random = random

    def deliver(self, name: str, delivery: Callable[[], object], usual_ms: int = _DELIVERY_MS) -> None:
        """Run `delivery` after a while; after hours, or twice, when luck is bad."""
        scheduler = self._calls.scheduler
        scheduler.spawn(name, delivery, after_ms=self._delay_ms(usual_ms))
        if self._calls.befalls(Mishap.DUPLICATE, _DUPLICATE_CHANCE):
            self._calls.note(name, "duplicate")
            scheduler.spawn(name, delivery, after_ms=self._delay_ms(usual_ms))

    def _delay_ms(self, usual_ms: int) -> int:
        if self._calls.befalls(Mishap.LATE, _LATE_CHANCE):
            return int(self._random.random() * _LATE_HOURS * HOUR_MS)
        return 1 + int(self._random.random() * usual_ms)


class Message:
    """A message of a queue; `receives` counts how often it was handed out. One without an event has no `event_id`."""

    def __init__(self, message_id: str, body: str) -> None:
        self.message_id = message_id
        self.body = body
        self.receives = 0
        detail = msgspec.json.decode(body).get("detail", {})
        self.about = f"{detail.get('type', 'no event')} of {detail.get('aggregateId', 'nobody')}"
        self.event_id: str | None = detail.get("eventId")


class SimulatedQueue:
    """A queue and the consumer behind it: batches, partial failures, a bounded number of receives."""

    def __init__(
        self, queue: Queue, functions: Functions, calls: Calls, random: Random, bury: Callable[[str, str], None]
    ) -> None:
        self.function, self._batch_size = _consumer(queue.name)
        self.handled: set[str] = set()
        self._bury = partial(bury, queue.dead_letters)
        self._visibility_ms = limits.QUEUE_VISIBILITY_TIMEOUTS * self.function.timeout_seconds * 1000
        self._functions = functions
        self._calls = calls
        self._random = random
        self._ready: deque[Message] = deque()
        self._is_polled = False
        self._count = 0

    def put(self, body: str) -> None:
        """SQS delivers at least once: now and then two consumers have one message at the same time."""
        self._offer(self._message(body))
        if self._calls.befalls(Mishap.SHARED, _DUPLICATE_CHANCE):
            self._hide(self._message(body), int(self._random.random() * 2 * _POLL_MS))

    def _message(self, body: str) -> Message:
        self._count += 1
        return Message(f"{self.function.name}-{self._count}", body)

    def _offer(self, message: Message) -> None:
        self._ready.append(message)
        if not self._is_polled:
            self._is_polled = True
            self._calls.scheduler.spawn(
                f"{self.function.name} poller",
                self._poll,
                after_ms=1 + int(self._random.random() * _POLL_MS),
                endures=True,
            )

    def _poll(self) -> None:
        """Pollers are many in the cloud: one that has its batch leaves the rest to another."""
        self._is_polled = False
        batch = [self._ready.popleft() for _ in range(min(len(self._ready), self._batch_size))]
        if self._ready:
            self._is_polled = True
            self._calls.scheduler.spawn(f"{self.function.name} poller", self._poll, after_ms=1, endures=True)
        for message in batch:
            message.receives += 1
        failed = self._failed(batch)
        for message in batch:
            if message.message_id in failed:
                self._return(message)
            else:
                self.handled.add(message.event_id or "")
                self._perhaps_again(message)

    def _failed(self, batch: Sequence[Message]) -> set[str]:
        payload = {"Records": [_record(message) for message in batch]}
        about = ", ".join(f"{message.about} #{message.receives}" for message in batch[:3])
        try:
            answer = self._functions.call(self.function.name, payload, about=about, patience_ms=self._visibility_ms)
        except FAILURES:
            return {message.message_id for message in batch}
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}

    def _perhaps_again(self, message: Message) -> None:
        """Now and then what was deleted comes again."""
        if self._calls.befalls(Mishap.REDELIVERED, _DUPLICATE_CHANCE):
            self._hide(message, int(self._random.random() * _LATE_HOURS * HOUR_MS))

    def _return(self, message: Message) -> None:
        if message.receives >= limits.QUEUE_RECEIVES:
            self._calls.note(self.function.name, "dead letter", message.about)
            self._bury(message.body)
        else:
            self._hide(message, self._visibility_ms)

    def _hide(self, message: Message, duration_ms: int) -> None:
        self._calls.scheduler.spawn("visibility", lambda: self._offer(message), after_ms=duration_ms)


class SimulatedBus:
    """EventBridge with the blueprint's rules: each event to every target that a rule names."""

    def __init__(
        self, calls: Calls, postman: Postman, targets: Callable[[Target, Detail], None], random: Random
    ) -> None:
        self._calls = calls
        self._random = random
        self._throttles_until_ms = 0
        self._archive: list[tuple[str, Detail]] = []
        self._postman = postman
        self._targets = targets

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        """Take all, or, when luck is bad, refuse one of them."""
        return self._calls.make("bus.put", ", ".join(entry.type for entry in entries), lambda: self._take(entries))

    def take(self, kind: str, detail: Detail) -> None:
        self._archive.append((kind, detail))
        self._route(kind, detail)

    def replay(self) -> None:
        """Everything that the archive holds, to every rule again."""
        self._calls.mishaps[Mishap.REPLAYED] += 1
        self._calls.note("bus", "replay", f"{len(self._archive)} events")
        for kind, detail in self._archive:
            self._route(kind, detail)

    def deliver_again(self, kind: str, about: str) -> None:
        """An event that came is delivered once more."""
        for detail in [told for taken, told in self._archive if (taken, told["aggregateId"]) == (kind, about)][:1]:
            self._route(kind, detail)

    def _route(self, kind: str, detail: Detail) -> None:
        for rule in RULES:
            if matches(rule, kind, detail):
                self._calls.note("bus", "rule", f"{rule.name} {kind} of {detail['aggregateId']}")
                self._postman.deliver(rule.name, lambda rule=rule: self._targets(rule.target, detail))  # type: ignore[misc]

    def _take(self, entries: Sequence[Entry]) -> list[str | None]:
        """While it throttles, it takes all but the first."""
        now_ms = self._calls.scheduler.now_ms
        if self._calls.befalls(Mishap.BUS_THROTTLES, _DUPLICATE_CHANCE):
            self._throttles_until_ms = now_ms + int(self._random.random() * _THROTTLE_MS)
        refused = now_ms < self._throttles_until_ms
        for entry in entries[refused:]:
            self.take(entry.type, msgspec.json.decode(entry.detail))
        return ["ThrottlingException" if refused and position == 0 else None for position in range(len(entries))]


class SimulatedStream:
    """The table's stream: shards that keep the order of each item, read by the function that forwards events.

    What it gives up on stays in the stream for a day, and the queue of failures is told where.
    """

    def __init__(self, function: Function, functions: Functions, calls: Calls, random: Random) -> None:
        assert isinstance(function.trigger, StreamSource)  # noqa: S101 - the blueprint says so
        self.function = function
        self.give_up: Callable[[str], None] = _nobody
        self._batch_size = function.trigger.batch_size
        self._functions = functions
        self._calls = calls
        self._random = random
        self._shards: list[list[Detail]] = [[] for _ in range(_SHARDS)]
        self._appended_ms: list[list[int]] = [[] for _ in range(_SHARDS)]
        self._read = [0] * _SHARDS
        self._is_polled = [False] * _SHARDS

    def follow(self, records: Iterable[StreamRecord]) -> None:
        for record in records:
            if record.event_name == "INSERT" and record.new_image and record.new_image["SK"].startswith(PREFIX):
                self._append(record.new_image)

    def records(self, batch: FailedBatch) -> list[dict[str, Any]]:
        """What a shard holds from one number to another: the rescuer's port. Raises RecordsGone."""
        first, last = int(batch.start_sequence_number), int(batch.end_sequence_number)

        def read() -> list[dict[str, Any]]:
            shard = int(batch.shard_id)
            if self._appended_ms[shard][first] < self._calls.scheduler.now_ms - _STREAM_KEEPS_MS:
                raise RecordsGone
            return self._shards[shard][first : last + 1]

        return self._calls.make("stream.read", f"{batch.shard_id} {first}-{last}", read)

    def _append(self, item: Detail) -> None:
        number = shard_of(item["PK"], _SHARDS)
        shard = self._shards[number]
        change = {"NewImage": image(item), "SequenceNumber": str(len(shard))}
        shard.append({"eventName": "INSERT", "dynamodb": change})
        self._appended_ms[number].append(self._calls.scheduler.now_ms)
        self._wake(number)

    def _wake(self, shard: int) -> None:
        if not self._is_polled[shard]:
            self._is_polled[shard] = True
            delay_ms = 1 + int(self._random.random() * _POLL_MS)
            self._calls.scheduler.spawn("stream poller", lambda: self._poll(shard), after_ms=delay_ms, endures=True)

    def _poll(self, number: int) -> None:
        shard = self._shards[number]
        while self._read[number] < len(shard):
            first = self._read[number]
            batch = shard[first : first + self._batch_size]
            self._read[number] += len(batch)
            if not self._forwarded(batch):
                self._calls.note(self.function.name, "given up", f"{len(batch)} events")
                self.give_up(_failure(number, first, first + len(batch) - 1))
        self._is_polled[number] = False

    def _forwarded(self, batch: list[Detail]) -> bool:
        """Now and then the relay is down for longer than a record is tried."""
        if self._calls.befalls(Mishap.RELAY_DOWN, _OUTAGE_CHANCE):
            self._calls.scheduler.pause(limits.STREAM_RECORD_AGE_SECONDS * 1000)
            return False
        for _ in range(limits.STREAM_RETRIES):
            try:
                self._functions.call(self.function.name, {"Records": batch}, about=f"{len(batch)} events")
            except FAILURES:
                self._calls.scheduler.pause(int(self._random.random() * _STREAM_RETRY_MS))
            else:
                return True
        return False


def matches(rule: Rule, kind: str, detail: Mapping[str, Any]) -> bool:
    """Whether the rule's pattern takes an event of this type that tells this."""
    return kind in rule.events and all(detail["data"].get(name) == value for name, value in rule.data)


def _consumer(queue: str) -> tuple[Function, int]:
    """The function behind a queue, and its batch size."""
    return next(
        (function, function.trigger.batch_size)
        for function in FUNCTIONS
        if isinstance(function.trigger, QueueSource) and function.trigger.queue == queue
    )


def _record(message: Message) -> Detail:
    return {"messageId": message.message_id, "body": message.body}


def delivery(detail: Detail) -> str:
    """An event as EventBridge puts it on a queue."""
    return msgspec.json.encode({"detail": detail}).decode()


def _failure(shard: int, first: int, last: int) -> str:
    """What Lambda tells the queue of failures."""
    batch = FailedBatch("stream", str(shard), str(first), str(last))
    return msgspec.json.encode({"DDBStreamBatchInfo": batch}).decode()


def _nobody(_body: str) -> None:
    raise LookupError("nobody was told of what the stream gives up on")
