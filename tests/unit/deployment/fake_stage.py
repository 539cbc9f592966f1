"""The functions, alarms and release record of a stage, in memory; every change takes effect at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tradewind_tools.deployment.errors import TakenOver
from tradewind_tools.deployment.release import Pointer, Release
from tradewind_tools.deployment.shift import Shift, Timepiece
from tradewind_tools.deployment.stage import Stage, StageFile

STAGE = Stage("dev", Path("nowhere"), StageFile("123456789012", "eu-central-1", "a-bucket"))
START = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Killed(BaseException):
    """The process is killed: no handler runs any more."""


@dataclass
class FakeTraffic:
    """Aliases by function; the process is killed after `dies_after` changes of an alias."""

    aliases: dict[str, Pointer]
    dies_after: int | None = None
    dead: bool = False

    def read_pointers(self, functions: Iterable[str]) -> dict[str, Pointer]:
        return {name: self.aliases[name] for name in functions if name in self.aliases}

    def set_pointers(self, pointers: Mapping[str, Pointer]) -> None:
        for name, pointer in pointers.items():
            self._live()
            self.aliases[name] = pointer

    def _live(self) -> None:
        if self.dies_after is not None:
            self.dead = self.dies_after <= 0
            self.dies_after -= 1
        if self.dead:
            raise Killed


class FakeRecords:
    """The record that all processes share; each `FakeRecords` has seen one version of it, as each process has."""

    def __init__(self, shared: list[Release] | None = None) -> None:
        self.shared = [] if shared is None else shared
        self._seen = 0

    def last(self) -> Release | None:
        self._seen = len(self.shared)
        return self.shared[-1] if self.shared else None

    def write(self, release: Release) -> None:
        if self._seen != len(self.shared):
            raise TakenOver("dev")
        self.shared.append(release)
        self._seen = len(self.shared)

    def forget(self) -> None:
        self.shared.clear()


@dataclass
class FakeAlarms:
    """The ringing alarms, and since when each rings."""

    clock: FakeTimepiece
    since: dict[str, datetime] = field(default_factory=dict)

    def list_ringing(self) -> set[str]:
        return {name for name, begin in self.since.items() if begin <= self.clock.now()}


@dataclass
class FakeTimepiece:
    """Waiting takes no real time; `meanwhile` is called during it."""

    moment: datetime = START
    meanwhile: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.meanwhile()


class FakeStage:
    """A stage whose functions are all at version 1."""

    def __init__(self, *functions: str) -> None:
        self.clock = FakeTimepiece()
        self.traffic = FakeTraffic({name: Pointer("1") for name in functions})
        self.records = FakeRecords()
        self.alarms = FakeAlarms(self.clock)
        self.said: list[str] = []

    def shift(self, by: str = "ada") -> Shift:
        """Begin another process, which reads the record by itself."""
        self.traffic.dead, self.traffic.dies_after = False, None
        records = FakeRecords(self.records.shared)
        time = Timepiece(self.clock.now, self.clock.wait)
        return Shift("dev", by, self.traffic, records, self.alarms, self.said.append, time)

    @property
    def versions(self) -> dict[str, str]:
        """Every function's version; no traffic is split."""
        assert all(pointer.second is None for pointer in self.traffic.aliases.values()), self.traffic.aliases
        return {name: pointer.version for name, pointer in self.traffic.aliases.items()}
