"""A release: which functions go from which version to which, and how far it is. Pure functions and data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

STALE_AFTER: Final = timedelta(minutes=2)
"""How long after its last sign of life a release counts as in progress."""


class Phase(StrEnum):
    """`moving` until every function gets all of its traffic from one version again."""

    MOVING = "moving"
    LIVE = "live"
    UNDONE = "undone"


class Move(msgspec.Struct, frozen=True):
    """A function's versions; the same twice where only its traffic has to be put in order."""

    before: str
    after: str


class Pointer(NamedTuple):
    """Where an alias points: one version, and another that gets a share of the traffic."""

    version: str
    second: str | None = None
    share: float = 0


class Release(msgspec.Struct, frozen=True, rename="camel"):
    """The record of a release. `commit` and `by` are for people; `seen_at` is its last sign of life."""

    commit: str
    by: str
    began_at: datetime
    seen_at: datetime
    phase: Phase
    moves: dict[str, Move]

    @property
    def title(self) -> str:
        of = self.commit[:12] or "an unknown commit"
        return f"The release of {of} by {self.by}, {self.began_at:%Y-%m-%d %H:%M} UTC,"

    def is_under_way(self, now: datetime) -> bool:
        return self.phase is Phase.MOVING and now - self.seen_at < STALE_AFTER

    def is_of(self, commit: str) -> bool:
        """`commit` may be abbreviated."""
        return bool(commit) and self.commit.startswith(commit)

    def become(self, phase: Phase, now: datetime) -> Release:
        return msgspec.structs.replace(self, phase=phase, seen_at=now)


def plan_moves(published: Mapping[str, str], pointing: Mapping[str, Pointer], last: Release | None) -> dict[str, Move]:
    """The functions whose traffic must move, from the stable version to the one published last.

    The stable version of a function that an interrupted release was moving is the one before that release, whatever its
    alias says.
    """
    stable = {name: _stable_version(name, pointer, last) for name, pointer in pointing.items()}
    return {
        name: Move(stable[name], published[name])
        for name, pointer in pointing.items()
        if pointer != Pointer(published[name]) or stable[name] != published[name]
    }


def _stable_version(name: str, pointer: Pointer, last: Release | None) -> str:
    interrupted = last is not None and last.phase is Phase.MOVING and last.moves.get(name)
    return interrupted.before if interrupted else pointer.version


def canary_pointer(move: Move, share: float) -> Pointer:
    """Where a function's alias points while its new version is watched."""
    return Pointer(move.before) if move.before == move.after else Pointer(move.before, move.after, share)
