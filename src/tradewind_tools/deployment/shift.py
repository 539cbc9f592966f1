"""Shifts traffic to new versions: a part first, then all of it if no alarm rings, none if one does.

The state of a release is at AWS: in its record, and in the aliases. So the next release after one that was killed knows
what it was doing, and which versions its functions had before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tradewind_tools.deployment.errors import AlarmsRing, ReleaseUnderWay, RolledBack, TakenOver
from tradewind_tools.deployment.records import Records
from tradewind_tools.deployment.release import Move, Phase, Pointer, Release, canary_pointer, plan_moves
from tradewind_tools.deployment.stage import Canary
from tradewind_tools.deployment.traffic import AlarmReader, TrafficControl

LOOK_EVERY_SECONDS: Final = 15
_NAMED_AT_MOST: Final = 10

PrintLine = Callable[[str], None]


@dataclass(frozen=True)
class Timepiece:
    """Tells the time, and waits."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    wait: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Shift:
    """Shifts the traffic of one stage; `by` is the person who does it."""

    stage: str
    by: str
    traffic: TrafficControl
    records: Records
    alarms: AlarmReader
    print_line: PrintLine
    time: Timepiece = Timepiece()

    def forward(
        self, published: Mapping[str, str], commit: str, canary: Canary, *, despite_alarms: bool = False
    ) -> Release | None:
        """Shift the traffic of every function to its newest version; None if it is there already.

        Raises ReleaseUnderWay and AlarmsRing before anything moves, RolledBack and TakenOver afterwards.
        """
        last = self._last_at_rest()
        moves = plan_moves(published, self.traffic.read_pointers(published), last)
        if not moves:
            return None
        ignored = self._alarms_before(despite_alarms=despite_alarms)
        release = self._begin(commit, moves)
        try:
            self._watch(release, canary, ignored)
            self._finish(release)
        except TakenOver:
            raise
        except BaseException:
            self._give_back(release)
            self.print_line("All traffic is back on the versions before.")
            raise
        return self._record(release.become(Phase.LIVE, self.time.now()))

    def back(self) -> Release | None:
        """Shift all traffic back to the versions before the last release; None if it is there already."""
        last = self.to_take_back()
        return last and self._give_back(self._record(last.become(Phase.MOVING, self.time.now())))

    def to_take_back(self) -> Release | None:
        """The last release, unless all of its traffic was shifted back."""
        last = self.records.last()
        return None if last is None or (last.phase is Phase.UNDONE and self._is_undone(last)) else last

    def need_quiet(self) -> Release | None:
        """The last release, which must not be in progress. Raises ReleaseUnderWay."""
        last = self.records.last()
        if last and last.is_under_way(self.time.now()):
            raise ReleaseUnderWay(self.stage, last.title)
        return last

    def _last_at_rest(self) -> Release | None:
        last = self.need_quiet()
        if last and last.phase is Phase.MOVING:
            self.print_line(f"{last.title} was interrupted. This one begins where that one began.")
        return last

    def _alarms_before(self, *, despite_alarms: bool) -> set[str]:
        list_ringing = self.alarms.list_ringing()
        if list_ringing and not despite_alarms:
            raise AlarmsRing(sorted(list_ringing))
        return list_ringing

    def _begin(self, commit: str, moves: dict[str, Move]) -> Release:
        now = self.time.now()
        return self._record(Release(commit, self.by, now, now, Phase.MOVING, moves))

    def _watch(self, release: Release, canary: Canary, ignored: set[str]) -> None:
        """Give the new versions a part of the traffic for a while, and watch the alarms. Raises RolledBack."""
        if not canary.watch_minutes:
            return
        share = canary.first_percent / 100
        self.traffic.set_pointers({name: canary_pointer(move, share) for name, move in release.moves.items()})
        self.print_line(
            f"{canary.first_percent} % of the traffic for {canary.watch_minutes:g} minutes: {_describe(release)}"
        )
        for _ in range(_looks(canary)):
            self.time.wait(LOOK_EVERY_SECONDS)
            self._record(release.become(Phase.MOVING, self.time.now()))
            if rings := self.alarms.list_ringing() - ignored:
                raise RolledBack(sorted(rings))

    def _finish(self, release: Release) -> None:
        self._record(release.become(Phase.MOVING, self.time.now()))
        self.traffic.set_pointers({name: Pointer(move.after) for name, move in release.moves.items()})

    def _give_back(self, release: Release) -> Release:
        there = self.traffic.read_pointers(release.moves)
        self.traffic.set_pointers({name: Pointer(release.moves[name].before) for name in there})
        return self._record(release.become(Phase.UNDONE, self.time.now()))

    def _is_undone(self, release: Release) -> bool:
        read_pointers = self.traffic.read_pointers(release.moves)
        return all(read_pointers[name] == Pointer(release.moves[name].before) for name in read_pointers)

    def _record(self, release: Release) -> Release:
        self.records.write(release)
        return release


def _looks(canary: Canary) -> int:
    return max(1, round(canary.watch_minutes * 60 / LOOK_EVERY_SECONDS))


def _describe(release: Release) -> str:
    many = len(release.moves) > _NAMED_AT_MOST
    return f"{len(release.moves)} functions" if many else ", ".join(sorted(release.moves))
