"""The shop's table in a simulated world."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from random import Random
from typing import TypeVar

from tradewind.aws.events import PREFIX
from tradewind.aws.table import (
    ConditionFailed,
    Delete,
    Item,
    Key,
    Put,
    Query,
    QueryResult,
    TableBusy,
    Update,
    Write,
    is_done,
)
from tradewind.kernel.clock import epoch_seconds
from tradewind_tools.memory.table import MemoryTable, TableChange
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.races import RaceCounter

_T = TypeVar("_T")

_STALE_CHANCE = 0.15
_MAX_LAG_MS = 1_000


class SimulatedTable:
    """A `tradewind.aws.table.Table` of two copies: the truth, and a replica that lags behind, as DynamoDB's may.

    A read that is not consistent gets the replica now and then. `on_commit` gets the stream records of each commit.
    """

    def __init__(self, calls: Calls, random: Random, on_commit: Callable[[Sequence[TableChange]], None]) -> None:
        self.truth = MemoryTable()
        self.races = RaceCounter()
        self._replica = MemoryTable()
        self._applied = 0
        self._committed_ms: list[int] = []
        self._calls = calls
        self._random = random
        self._on_commit = on_commit

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        def read() -> Item | None:
            self._record_read([key])
            return self._copy(consistent=consistent).get(key)

        return self._call("table.get", _name(key), read)

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(keys)

        def read() -> dict[Key, Item]:
            self._record_read(wanted)
            return self._copy(consistent=consistent).get_many(wanted)

        return self._call("table.get_many", _name_all(wanted), read)

    def query(self, query: Query) -> QueryResult:
        def read() -> QueryResult:
            page = self._copy(consistent=query.consistent).query(query)
            self._record_read([Key(query.pk, query.begins), *(Key(item["PK"], item["SK"]) for item in page.items)])
            return page

        return self._call("table.query", f"{query.index or ''} {query.pk} {query.begins}".strip(), read)

    def write(self, write: Put | Update | Delete) -> Item | None:
        about = f"{type(write).__name__} {_name(write.key)}"
        attempts: list[bool] = []

        def write_once() -> Item | None:
            """The client library repeats a write whose response was lost, and sees whether it was carried out."""
            attempts.append(True)
            if len(attempts) > 1 and isinstance(write, Update) and write.at_most_once:
                return self.truth.get(write.key)
            try:
                return self.truth.write(write)
            except ConditionFailed:
                found = self.truth.get(write.key)
                if len(attempts) == 1 or not is_done(write, found):
                    raise
                return found

        return self._write("table.write", about, [write], write_once)

    def transact(self, writes: Sequence[Write]) -> None:
        about = _name_all([write.key for write in writes])
        self._write("table.transact", about, writes, lambda: self.truth.transact(writes))

    def publish(self, *, ago_ms: int = 0) -> None:
        """Hand on what was committed since the last call; it counts as committed `ago_ms` before now."""
        fresh = self.truth.stream[len(self._committed_ms) :]
        self._committed_ms += [self._calls.scheduler.now_ms - ago_ms] * len(fresh)
        self._on_commit(fresh)

    def expire_events(self, now: datetime) -> None:
        """Remove the domain events whose time is over, as DynamoDB does some time later; the stream shows it."""
        for item in self.truth.all_items():
            if item["SK"].startswith(PREFIX) and item.get("expiresAt", math.inf) <= epoch_seconds(now):
                self.truth.write(Delete(Key(item["PK"], item["SK"])))
        self.publish()

    def _write(self, port: str, about: str, writes: Sequence[Write], write: Callable[[], _T]) -> _T:
        keys = [each.key for each in writes]

        def effect() -> _T:
            self.races.record_attempt(self._calls.caller, keys)
            result = write()
            self.races.record_write(self._calls.caller, keys)
            self.publish()
            return result

        return self._call(port, about, effect)

    def _call(self, port: str, about: str, effect: Callable[[], _T]) -> _T:
        return self._calls.make(port, about, effect, refusal=_busy, lost=_busy)

    def _record_read(self, keys: Sequence[Key]) -> None:
        self.races.record_read(self._calls.caller, keys)

    def _copy(self, *, consistent: bool) -> MemoryTable:
        if consistent or self._random.random() >= _STALE_CHANCE:
            return self.truth
        self._catch_up(self._calls.scheduler.now_ms - int(self._random.random() * _MAX_LAG_MS))
        self._calls.fault_counts[EnvironmentFault.STALE_READ] += self._applied < len(self._committed_ms)
        return self._replica

    def _catch_up(self, until_ms: int) -> None:
        while self._applied < len(self._committed_ms) and self._committed_ms[self._applied] <= until_ms:
            self._replica.apply(self.truth.stream[self._applied])
            self._applied += 1


def _busy() -> TableBusy:
    return TableBusy("throttled", retry_after_seconds=1)


def _name(key: Key) -> str:
    return f"{key.pk}/{key.sk}"


def _name_all(keys: Sequence[Key]) -> str:
    return ", ".join(map(_name, keys))
