"""The trace of a history: its last steps for people to read, and a digest of all steps to compare two runs."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import NamedTuple

_READS = ("table.get", "table.get_many", "table.query")
_SHOWN_CHARACTERS = 150


class TraceStep(NamedTuple):
    """A call or an event of a history; `outcome` is empty when it succeeded."""

    at_ms: int
    actor: str
    port: str
    about: str
    outcome: str

    @property
    def is_notable(self) -> bool:
        """A read that succeeded is not."""
        return bool(self.outcome) or self.port not in _READS

    def names(self, subjects: Collection[str]) -> bool:
        """Whether the step mentions one of the subjects; any step does when there are none."""
        return not subjects or any(subject in self.about or subject in self.outcome for subject in subjects)

    def __str__(self) -> str:
        line = f"{self.at_ms / 1000:12.3f} s  {self.actor:<26} {self.port:<16} {self.about}"
        return f"{line[:_SHOWN_CHARACTERS]}{f'  -> {self.outcome}' if self.outcome else ''}"


class Trace:
    """All steps of a history."""

    def __init__(self) -> None:
        self._steps: list[TraceStep] = []
        self._digest = sha256()

    def add(self, at_ms: int, actor: str, port: str, about: str, outcome: str) -> None:
        self._steps.append(TraceStep(at_ms, actor, port, about, outcome))
        self._digest.update(f"{at_ms}{actor}{port}{about}{outcome}".encode())

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()[:16]

    @property
    def length(self) -> int:
        return len(self._steps)

    def select(self, subjects: Collection[str], at_most: int) -> list[str]:
        """The last notable steps, as lines, that mention one of the subjects; of all steps when there are none."""
        notable = [step for step in self._steps if step.is_notable and step.names(subjects)]
        return [str(step) for step in notable[-at_most:]] if at_most else []
