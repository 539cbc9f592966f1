"""A queue in a simulated world, and the function behind it, with the blueprint's limits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any

import msgspec

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import STREAM_QUEUE, Queue
from tradewind_tools.blueprint.model import Function, QueueSource
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.errors import CALL_FAILURES, Throttled
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.functions import Functions
from tradewind_tools.simulation.scheduler import HOUR_MS

_POLL_MS = 120
_DUPLICATE_CHANCE = 0.02
_SHARED_CHANCE = 0.06
"""More often than another duplicate: one of the two has to die within milliseconds to show what the other does."""
_REDELIVERY_HOURS = 3
_LATE_RETURN_CHANCE = 0.1
_LATE_RETURN_MS = 25 * HOUR_MS
"""A queue whose consumer was switched off meanwhile: SQS keeps a message for days, the stream its records for one."""
_THROTTLED_PAUSE_MS = 10_000
_LEAST_CONCURRENCY = 2
"""Batches at once where a setting says how many: as few as Lambda allows, so that messages wait for each other."""


class Message:
    """A message of a queue; `receives` counts how often it was received. One without an event has no `event_id`.

    Who received it last has until `hidden_until_ms` to delete it. Once one has, it does not come back because another
    has failed with it.
    """

    def __init__(self, message_id: str, body: str) -> None:
        self.message_id = message_id
        self.body = body
        self.receives = 0
        self.hidden_until_ms = 0
        self.is_deleted = False
        detail = msgspec.json.decode(body).get("detail", {})
        self.about = f"{detail.get('type', 'no event')} of {detail.get('aggregateId', 'no aggregate')}"
        self.event_id: str | None = detail.get("eventId")


class SimulatedQueue:
    """A queue and its consumer: batches, so many at once, partial failures, so many receives, then dead letters."""

    def __init__(
        self, queue: Queue, functions: Functions, calls: Calls, random: Random, bury: Callable[[str, str], None]
    ) -> None:
        self.function, source = _consumer(queue.name)
        self._batch_size = source.batch_size
        self._free_slots = _LEAST_CONCURRENCY if source.setting else source.concurrency
        self.handled: set[str] = set()
        self._bury = partial(bury, queue.dead_letters)
        self._may_wait = queue.name != STREAM_QUEUE
        self._visibility_ms = limits.QUEUE_VISIBILITY_TIMEOUTS * self.function.timeout_seconds * 1000
        self._functions = functions
        self._calls = calls
        self._random = random
        self._ready: deque[Message] = deque()
        self._is_polled = False
        self._count = 0

    def put(self, body: str) -> None:
        """SQS delivers at least once: now and then two consumers receive one message at the same time."""
        self._count += 1
        message = Message(f"{self.function.name}-{self._count}", body)
        self._offer(message)
        if self._calls.occurs(EnvironmentFault.SHARED, _SHARED_CHANCE):
            self._hide(message, int(self._random.random() * 2 * _POLL_MS))

    def _offer(self, message: Message) -> None:
        self._ready.append(message)
        if not self._is_polled:
            self._spawn_poller(1 + int(self._random.random() * _POLL_MS))

    def _spawn_poller(self, after_ms: int) -> None:
        self._is_polled = True
        name = f"{self.function.name} poller"
        self._calls.scheduler.spawn(name, self._poll, after_ms=after_ms, is_managed=True)

    def _poll(self) -> None:
        """The cloud has some pollers: one that has its batch leaves the rest to another."""
        self._is_polled = False
        if not self._free_slots or not self._ready:
            return
        batch = [self._ready.popleft() for _ in range(min(len(self._ready), self._batch_size))]
        self._free_slots -= 1
        self._maybe_spawn_poller()
        self._handle(batch)
        self._free_slots += 1
        self._maybe_spawn_poller()

    def _maybe_spawn_poller(self) -> None:
        if self._ready and self._free_slots and not self._is_polled:
            self._spawn_poller(1)

    def _handle(self, batch: Sequence[Message]) -> None:
        hidden_until_ms = self._calls.scheduler.now_ms + self._visibility_ms
        for message in batch:
            message.receives += 1
            message.hidden_until_ms = hidden_until_ms
        failed = self._invoke_consumer(batch, hidden_until_ms)
        self._calls.fault_counts[EnvironmentFault.PARTLY_FAILED] += 0 < len(failed) < len(batch)
        for message in batch:
            if message.message_id in failed:
                self._return(message)
            else:
                message.is_deleted = True
                self.handled.add(message.event_id or "")
                self._maybe_redeliver(message)

    def _invoke_consumer(self, batch: Sequence[Message], until_ms: int) -> set[str]:
        """The ids of the messages that could not be handled.

        While the function is throttled, the batch is tried again as long as its messages are hidden from others.
        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        """
        payload = {"Records": [_record(message) for message in batch]}
        about = ", ".join(f"{message.about} #{message.receives}" for message in batch[:3])
        while (patience_ms := until_ms - self._calls.scheduler.now_ms) > 0:
            try:
                response = self._functions.call(self.function.name, payload, about=about, patience_ms=patience_ms)
            except Throttled:
                self._calls.scheduler.pause(1 + int(self._random.random() * _THROTTLED_PAUSE_MS))
            except CALL_FAILURES:
                break
            else:
                return {failure["itemIdentifier"] for failure in response["batchItemFailures"]}
        return {message.message_id for message in batch}

    def _maybe_redeliver(self, message: Message) -> None:
        """Now and then a message that was deleted is delivered again."""
        if self._calls.occurs(EnvironmentFault.REDELIVERED, _DUPLICATE_CHANCE):
            message.is_deleted = False
            self._hide(message, int(self._random.random() * _REDELIVERY_HOURS * HOUR_MS))

    def _return(self, message: Message) -> None:
        if message.is_deleted:
            return
        if message.receives >= limits.QUEUE_RECEIVES:
            self._calls.log(self.function.name, "dead letter", message.about)
            self._bury(message.body)
        else:
            is_late = self._may_wait and self._calls.occurs(EnvironmentFault.RETURNED_LATE, _LATE_RETURN_CHANCE)
            left_ms = max(0, message.hidden_until_ms - self._calls.scheduler.now_ms)
            self._hide(message, _LATE_RETURN_MS if is_late else left_ms)

    def _hide(self, message: Message, duration_ms: int) -> None:
        self._calls.scheduler.spawn("visibility", lambda: self._offer(message), after_ms=duration_ms)


def _consumer(queue: str) -> tuple[Function, QueueSource]:
    """The function behind a queue."""
    return next(
        (function, function.trigger)
        for function in FUNCTIONS
        if isinstance(function.trigger, QueueSource) and function.trigger.queue == queue
    )


def _record(message: Message) -> dict[str, Any]:
    return {"messageId": message.message_id, "body": message.body}
