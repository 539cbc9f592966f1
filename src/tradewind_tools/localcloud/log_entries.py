"""What a line of a function's log says, and whether it is wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import msgspec
from msgspec import Struct


@dataclass(frozen=True, slots=True)
class Line:
    """One line that a function logged, at `at_ms` since the epoch. A stream is one invocation's log."""

    at_ms: int
    function: str
    text: str
    stream: str


class Level(StrEnum):
    """How grave a line is, the least first."""

    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class Fields(Struct, rename="camel"):
    """What the shop writes at an invocation's end, as `tradewind.aws.log` has it; duration in ms."""

    level: str = ""
    request_id: str = ""
    correlation_id: str = ""
    user_id: str = ""
    event: str = ""
    message: str = ""
    metadata: dict[str, Any] = {}
    duration: float = 0
    cold_starts: int = msgspec.field(default=0, name="ColdStartCount")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line with its fields; a line without any is none of the shop's own: a trace, something printed."""

    line: Line
    fields: Fields | None

    @classmethod
    def of(cls, line: Line) -> Self:
        with suppress(msgspec.DecodeError):
            return cls(line, msgspec.json.decode(line.text, type=Fields))
        return cls(line, None)

    @property
    def level(self) -> Level | None:
        if self.fields is None or self.fields.level.lower() not in set(Level):
            return None
        return Level(self.fields.level.lower())

    @property
    def began_ms(self) -> float:
        """The line was written at the end of what it tells of."""
        return self.line.at_ms - (self.fields.duration if self.fields else 0)

    def correlation_ids(self) -> Sequence[str]:
        """The requests it belongs to: the relay handles the events of several at once."""
        if self.fields is None:
            return ()
        several = self.fields.metadata.get("correlationIds")
        return several if isinstance(several, list) else [self.fields.correlation_id]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which lines are wanted. One without a level is always grave enough: it may be a trace.

    `request` is a correlation id or what one begins with.
    """

    level: Level = Level.DEBUG
    pattern: re.Pattern[str] | None = None
    request: str = ""

    def takes(self, entry: Entry) -> bool:
        return self._is_grave(entry) and self._matches(entry) and self._is_of_request(entry)

    def _is_grave(self, entry: Entry) -> bool:
        return entry.level is None or entry.level.rank >= self.level.rank

    def _matches(self, entry: Entry) -> bool:
        return self.pattern is None or self.pattern.search(f"{entry.line.function} {entry.line.text}") is not None

    def _is_of_request(self, entry: Entry) -> bool:
        return not self.request or bool(self.requests_of(entry))

    def requests_of(self, entry: Entry) -> set[str]:
        """The correlation ids of the entry that begin like the one that is wanted."""
        return {each for each in entry.correlation_ids() if each.startswith(self.request)}
