"""How new versions get their traffic: a part first, all of it if nothing rings, none if something does.

Everything that is known of a release is at AWS: in its record, and in where the aliases point. So whoever comes after a
release that was killed knows what it was doing, and where its functions were before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tradewind_tools.deployment.errors import AlarmsRing, ReleaseUnderWay, RolledBack, TakenOver
from tradewind_tools.deployment.records import Records
from tradewind_tools.deployment.release import Move, Phase, Pointer, Release, plan_moves, shared
from tradewind_tools.deployment.stage import Canary
from tradewind_tools.deployment.traffic import Alarms, Traffic

LOOK_EVERY_SECONDS: Final = 15
_NAMED_AT_MOST: Final = 10

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Timepiece:
    """The hour, and waiting for another."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    wait: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Shift:
    """Moves the traffic of one stage. `by` is whoever does it."""

    stage: str
    by: str
    traffic: Traffic
    records: Records
    alarms: Alarms
    tell: Tell
    time: Timepiece = Timepiece()

    def forward(
        self, published: Mapping[str, str], commit: str, canary: Canary, *, despite_alarms: bool = False
    ) -> Release | None:
        """Let every function's newest version take the traffic; None where all have it already.

        Raises ReleaseUnderWay and AlarmsRing before anything moves; RolledBack and TakenOver afterwards.
        """
        last = self._last_at_rest()
        moves = plan_moves(published, self.traffic.pointing(published), last)
        if not moves:
            return None
        ignored = self._ringing_before(despite_alarms=despite_alarms)
        release = self._begin(commit, moves)
        try:
            self._watched(release, canary, ignored)
            self._finish(release)
        except TakenOver:
            raise
        except BaseException:
            self._return(release)
            self.tell("All traffic is back on the versions before.")
            raise
        return self._written(release.become(Phase.LIVE, self.time.now()))

    def back(self) -> Release | None:
        """Let the versions before the last release take all traffic again; None where they have it already."""
        last = self.to_take_back()
        return last and self._return(self._written(last.become(Phase.MOVING, self.time.now())))

    def to_take_back(self) -> Release | None:
        """The last release, unless all of its traffic is back already."""
        last = self.records.last()
        return None if last is None or (last.phase is Phase.UNDONE and self._is_at_rest(last)) else last

    def need_quiet(self) -> Release | None:
        """The last release, which nobody is at work on. Raises ReleaseUnderWay."""
        last = self.records.last()
        if last and last.is_under_way(self.time.now()):
            raise ReleaseUnderWay(self.stage, last.title)
        return last

    def _last_at_rest(self) -> Release | None:
        last = self.need_quiet()
        if last and last.phase is Phase.MOVING:
            self.tell(f"{last.title} was interrupted. This one begins where that one began.")
        return last

    def _ringing_before(self, *, despite_alarms: bool) -> set[str]:
        ringing = self.alarms.ringing()
        if ringing and not despite_alarms:
            raise AlarmsRing(sorted(ringing))
        return ringing

    def _begin(self, commit: str, moves: dict[str, Move]) -> Release:
        now = self.time.now()
        return self._written(Release(commit, self.by, now, now, Phase.MOVING, moves))

    def _watched(self, release: Release, canary: Canary, ignored: set[str]) -> None:
        """Give the new versions their part, and look at the alarms as long as the canary says. Raises RolledBack."""
        if not canary.watch_minutes:
            return
        share = canary.first_percent / 100
        self.traffic.point({name: shared(move, share) for name, move in release.moves.items()})
        self.tell(f"{canary.first_percent} % of the traffic for {canary.watch_minutes:g} minutes: {_named(release)}")
        for _ in range(_looks(canary)):
            self.time.wait(LOOK_EVERY_SECONDS)
            self._written(release.become(Phase.MOVING, self.time.now()))
            if rings := self.alarms.ringing() - ignored:
                raise RolledBack(sorted(rings))

    def _finish(self, release: Release) -> None:
        self._written(release.become(Phase.MOVING, self.time.now()))
        self.traffic.point({name: Pointer(move.after) for name, move in release.moves.items()})

    def _return(self, release: Release) -> Release:
        there = self.traffic.pointing(release.moves)
        self.traffic.point({name: Pointer(release.moves[name].before) for name in there})
        return self._written(release.become(Phase.UNDONE, self.time.now()))

    def _is_at_rest(self, release: Release) -> bool:
        pointing = self.traffic.pointing(release.moves)
        return all(pointing[name] == Pointer(release.moves[name].before) for name in pointing)

    def _written(self, release: Release) -> Release:
        self.records.write(release)
        return release


def _looks(canary: Canary) -> int:
    return max(1, round(canary.watch_minutes * 60 / LOOK_EVERY_SECONDS))


def _named(release: Release) -> str:
    many = len(release.moves) > _NAMED_AT_MOST
    return f"{len(release.moves)} functions" if many else ", ".join(sorted(release.moves))
