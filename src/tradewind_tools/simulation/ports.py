"""The shop's ports in a simulated world: its table, its clock, its bank, its mail service, its secrets."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple, TypeVar

from tradewind.aws.mailer import Mail
from tradewind.aws.secrets import Secret
from tradewind.aws.sms import Text
from tradewind.aws.table import Delete, Item, Key, Page, Put, Query, TableBusy, Update, Write
from tradewind_tools.memory.table import MemoryTable, StreamRecord
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.encounters import Encounters
from tradewind_tools.simulation.scheduler import Scheduler, Task

_T = TypeVar("_T")

BEGINNING = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 11, 30, 23, 59, 58, tzinfo=UTC)
"""People buy in two months."""

_STALE_CHANCE = 0.15
_MAX_LAG_MS = 1_000


class SimulatedClock:
    """Virtual time, by the clock of whoever runs; randomness from the seed."""

    def __init__(self, scheduler: Scheduler, random: Random, beginning: datetime = BEGINNING) -> None:
        self.beginning = beginning
        self._scheduler = scheduler
        self._random = random

    def now(self) -> datetime:
        task = self._scheduler.current
        return self.beginning + timedelta(milliseconds=self._scheduler.now_ms + (task.skew_ms if task else 0))

    def entropy(self, size: int) -> bytes:
        return self._random.randbytes(size)


class SimulatedSecrets:
    def current(self, name: str) -> Secret:
        return Secret(secret_string=f"secret of {name}", version_id="1")

    def previous(self, name: str) -> Secret | None:  # noqa: ARG002 - the protocol's
        return None


class SimulatedTable:
    """A `tradewind.aws.table.Table`: one copy that is up to date, and one behind, as DynamoDB's replicas are.

    What asks for no consistent read gets the copy behind now and then; `changed` is told each commit's records.
    """

    def __init__(self, calls: Calls, random: Random, changed: Callable[[Sequence[StreamRecord]], None]) -> None:
        self.truth = MemoryTable()
        self.encounters = Encounters()
        self._behind = MemoryTable()
        self._applied = 0
        self._committed_ms: list[int] = []
        self._calls = calls
        self._random = random
        self._changed = changed

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        def read() -> Item | None:
            self._looked([key])
            return self._copy(consistent=consistent).get(key)

        return self._ask("table.get", _named(key), read)

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(keys)

        def read() -> dict[Key, Item]:
            self._looked(wanted)
            return self._copy(consistent=consistent).get_many(wanted)

        return self._ask("table.get_many", _all(wanted), read)

    def query(self, query: Query) -> Page:
        def read() -> Page:
            page = self._copy(consistent=query.consistent).query(query)
            self._looked([Key(query.pk, query.begins), *(Key(item["PK"], item["SK"]) for item in page.items)])
            return page

        return self._ask("table.query", f"{query.index or ''} {query.pk} {query.begins}".strip(), read)

    def write(self, write: Put | Update | Delete) -> Item | None:
        about = f"{type(write).__name__} {_named(write.key)}"
        return self._write("table.write", about, [write], lambda: self.truth.write(write))

    def transact(self, writes: Sequence[Write]) -> None:
        about = _all([write.key for write in writes])
        self._write("table.transact", about, writes, lambda: self.truth.transact(writes))

    def _write(self, port: str, about: str, writes: Sequence[Write], write: Callable[[], _T]) -> _T:
        keys = [each.key for each in writes]

        def effect() -> _T:
            self.encounters.writes(self._calls.caller, keys)
            written = write()
            self.encounters.wrote(self._calls.caller, keys)
            self.tell()
            return written

        return self._ask(port, about, effect)

    def _ask(self, port: str, about: str, effect: Callable[[], _T]) -> _T:
        return self._calls.make(port, about, effect, refusal=_busy)

    def _looked(self, keys: Sequence[Key]) -> None:
        self.encounters.looked(self._calls.caller, keys)

    def tell(self, *, ago_ms: int = 0) -> None:
        """Show the world what was committed since it was last told: just now, or a while ago."""
        fresh = self.truth.stream[len(self._committed_ms) :]
        self._committed_ms += [self._calls.scheduler.now_ms - ago_ms] * len(fresh)
        self._changed(fresh)

    def _copy(self, *, consistent: bool) -> MemoryTable:
        if consistent or self._random.random() >= _STALE_CHANCE:
            return self.truth
        self._catch_up(self._calls.scheduler.now_ms - int(self._random.random() * _MAX_LAG_MS))
        return self._behind

    def _catch_up(self, until_ms: int) -> None:
        while self._applied < len(self._committed_ms) and self._committed_ms[self._applied] <= until_ms:
            self._behind.apply(self.truth.stream[self._applied])
            self._applied += 1


class SentMessage(NamedTuple):
    """A mail or a short message that went out, and who sent it when; `told` is its subject, or its words."""

    recipient: str
    told: str
    message_id: str
    sender: Task
    sent_ms: int

    @property
    def was_struck(self) -> bool:
        """Something went wrong for the sender at this message or after it: it may not know that it went out."""
        return self.sender.struck_ms is not None and self.sender.struck_ms >= self.sent_ms


class _Office:
    """A service that sends messages and keeps what it took."""

    def __init__(self, calls: Calls, kind: str) -> None:
        self.sent: list[SentMessage] = []
        self._calls = calls
        self._kind = kind

    def _take(self, recipient: str, told: str) -> str:
        return self._calls.make(f"{self._kind}.send", told, lambda: self._accept(recipient, told))

    def _accept(self, recipient: str, told: str) -> str:
        message_id = f"{self._kind}-{len(self.sent)}"
        sender, now_ms = self._calls.caller, self._calls.scheduler.now_ms
        self.sent.append(SentMessage(recipient, told, message_id, sender, now_ms))
        return message_id


class PostOffice(_Office):
    """A mail service."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls, "mail")

    def send(self, mail: Mail) -> str:
        return self._take(mail.recipient, mail.subject)


class TextOffice(_Office):
    """A short message service."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls, "text")

    def send(self, text: Text) -> str:
        return self._take(text.recipient, text.words)


def shard_of(partition: str, shards: int) -> int:
    """Which shard of the stream tells of the partition: always the same, in every process."""
    return zlib.crc32(partition.encode()) % shards


def _busy() -> TableBusy:
    return TableBusy("throttled", retry_after_seconds=1)


def _named(key: Key) -> str:
    return f"{key.pk}/{key.sk}"


def _all(keys: Sequence[Key]) -> str:
    return ", ".join(map(_named, keys))
