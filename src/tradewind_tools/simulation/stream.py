"""The table's stream in a simulated world, and the function that forwards events from it to the bus."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import msgspec

from tradewind.aws.events import PREFIX
from tradewind.aws.stream import FailedBatch, RecordsGone
from tradewind.aws.table import Item
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.model import Function, StreamSource
from tradewind_tools.memory.stream_images import encode_item
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.errors import CALL_FAILURES, Throttled
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.functions import Functions
from tradewind_tools.simulation.scheduler import HOUR_MS

_SHARDS = 2
_POLL_MS = 120
_RETRY_MS = 2_000
_OUTAGE_CHANCE = 0.01
_RETENTION_MS = 24 * HOUR_MS


class SimulatedStream:
    """Shards that keep the order of each partition.

    Records that the function could not forward stay in the stream for a day; `give_up` gets a message that says where.
    """

    def __init__(self, function: Function, functions: Functions, calls: Calls, random: Random) -> None:
        assert isinstance(function.trigger, StreamSource)  # noqa: S101 - the blueprint says so
        self.function = function
        self.give_up: Callable[[str], None] = _refuse_to_give_up
        self._batch_size = function.trigger.batch_size
        self._functions = functions
        self._calls = calls
        self._random = random
        self._shards: list[list[dict[str, Any]]] = [[] for _ in range(_SHARDS)]
        self._appended_ms: list[list[int]] = [[] for _ in range(_SHARDS)]
        self._positions = [0] * _SHARDS
        self._is_polled = [False] * _SHARDS

    def append(self, records: Iterable[TableChange]) -> None:
        """Take the new events among the records of a commit."""
        for record in records:
            if record.event_name == "INSERT" and record.new_image and record.new_image["SK"].startswith(PREFIX):
                self._append_event(record.new_image)

    def records(self, batch: FailedBatch) -> list[dict[str, Any]]:
        """Read a range of a shard, as the function that recovers failed batches does. Raises RecordsGone."""
        first, last = int(batch.start_sequence_number), int(batch.end_sequence_number)

        def read() -> list[dict[str, Any]]:
            shard = int(batch.shard_id)
            if self._appended_ms[shard][first] < self._calls.scheduler.now_ms - _RETENTION_MS:
                raise RecordsGone
            return self._shards[shard][first : last + 1]

        return self._calls.make("stream.read", f"{batch.shard_id} {first}-{last}", read)

    def _append_event(self, item: Item) -> None:
        number = stream_shard_of(item["PK"], _SHARDS)
        shard = self._shards[number]
        change = {"NewImage": encode_item(item), "SequenceNumber": str(len(shard))}
        shard.append({"eventName": "INSERT", "dynamodb": change})
        self._appended_ms[number].append(self._calls.scheduler.now_ms)
        self._wake(number)

    def _wake(self, shard: int) -> None:
        if not self._is_polled[shard]:
            self._is_polled[shard] = True
            delay_ms = 1 + int(self._random.random() * _POLL_MS)
            self._calls.scheduler.spawn("stream poller", lambda: self._poll(shard), after_ms=delay_ms, is_managed=True)

    def _poll(self, number: int) -> None:
        shard = self._shards[number]
        while self._positions[number] < len(shard):
            first = self._positions[number]
            batch = shard[first : first + self._batch_size]
            self._positions[number] += len(batch)
            if not self._forward(batch):
                self._calls.log(self.function.name, "gives up", f"{len(batch)} events")
                self.give_up(_failure_message(number, first, first + len(batch) - 1))
        self._is_polled[number] = False

    def _forward(self, batch: list[dict[str, Any]]) -> bool:
        """False when the records of the batch are older than Lambda retries them.

        Retries are limited after errors of the function; while it is throttled, only the records' age is.
        https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
        """
        if self._calls.occurs(EnvironmentFault.RELAY_DOWN, _OUTAGE_CHANCE):
            self._calls.scheduler.pause(limits.STREAM_RECORD_AGE_SECONDS * 1000)
            return False
        failures = 0
        while failures < limits.STREAM_RETRIES:
            try:
                self._functions.call(self.function.name, {"Records": batch}, about=f"{len(batch)} events")
            except CALL_FAILURES as failure:
                failures += not isinstance(failure, Throttled)
                self._calls.scheduler.pause(1 + int(self._random.random() * _RETRY_MS))
            else:
                return True
        return False


def stream_shard_of(partition: str, shards: int) -> int:
    """The shard of a partition: the same in every process."""
    return zlib.crc32(partition.encode()) % shards


def _failure_message(shard: int, first: int, last: int) -> str:
    """What Lambda sends to the queue of failures."""
    batch = FailedBatch("stream", str(shard), str(first), str(last))
    return msgspec.json.encode({"DDBStreamBatchInfo": batch}).decode()


def _refuse_to_give_up(_body: str) -> None:
    raise LookupError("no queue of failures is connected to the stream")
