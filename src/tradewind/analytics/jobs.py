"""The scheduled jobs of analytics."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from tradewind.analytics import reads, writes
from tradewind.analytics.model import (
    LOG_LIFETIME,
    NO_RANKING,
    NOT_FOLDED,
    DayState,
    Figures,
    Rankings,
    Tally,
    list_days,
    merge_rankings,
    midnight_after,
)
from tradewind.aws.table import ConditionFailed, Table, Write
from tradewind.edge.consumer import job
from tradewind.kernel.clock import iso
from tradewind.shop import Shop

RECOUNT_DELAY = timedelta(hours=2)
"""A day is counted once more when it has been over for so long: by then, requests that began on it have written."""
ENTRIES_PER_RUN = 100_000
"""What a run folds; the next one goes on from there."""
_LOOK_BACK = timedelta(days=35)
"""How far back a day without final figures is looked for; one that a late entry came for is found further back."""


@job
def roll_up(shop: Shop) -> int:
    """Fold what has come to the log into the figures of its days; return how many days were looked at.

    Each run goes on from where the last one stopped, and saves a day's figures with the place, so that it may run
    twice. Reports read figures alone: they are as old as the last run.
    """
    now = shop.clock.now()
    states = reads.read_days(shop.table, _first_whole_day(now), now.date(), consistent=True)
    due = [day for day in _days_until(now) if _is_due(states.get(day, NOT_FOLDED), day, now)]
    budget = _Budget(ENTRIES_PER_RUN)
    folds = [_Fold(shop.table, day, states.get(day, NOT_FOLDED), now, budget) for day in due]
    if all(fold.run() for fold in folds):
        shop.table.write(writes.save_as_of(now))
    _add_months_up(shop.table, now)
    return len(due)


class _Budget:
    """How many entries a run may still read."""

    def __init__(self, entries: int) -> None:
        self._entries = entries

    def take(self, entries: int) -> None:
        self._entries -= entries

    def is_spent(self) -> bool:
        return self._entries <= 0


class _Fold:
    """Folds one day further."""

    def __init__(self, table: Table, day: date, saved: DayState, now: datetime, budget: _Budget) -> None:
        self._table, self._day, self._saved, self._budget = table, day, saved, budget
        self._begins_anew = _is_to_recount(saved, day, now)
        self._state = _begin_recount(saved) if self._begins_anew else saved
        self._boundary = iso(now - writes.ARRIVAL_MARGIN)
        self._is_month_over = (now.year, now.month) != (day.year, day.month)
        self._settled, self._open = Tally(), Tally()

    def run(self) -> bool:
        """Whether all that has come is in the figures; a run that another one overtook leaves that to the other."""
        positions = self._state.positions or [reads.LOG_START] * reads.SHARDS
        reached = [self._fold_shard(shard, position) for shard, position in enumerate(positions)]
        is_done = all(position >= self._boundary for position in reached)
        try:
            self._table.transact(self._save(reached, is_done=is_done))
        except ConditionFailed:
            return False
        return is_done

    def _fold_shard(self, shard: int, position: str) -> str:
        """Fold a shard, and return how far. What came just now is shown, and read again: more may come before it."""
        if self._budget.is_spent():
            return position
        for page in reads.page_arrivals(self._table, self._day, shard, position):
            settled = sum(each < self._boundary for each in page.positions)
            self._settled.add(page.entries[:settled])
            self._open.add(page.entries[settled:])
            self._budget.take(len(page.entries))
            if self._budget.is_spent() and page.positions and settled == len(page.positions):
                return page.positions[-1]
        return max(self._boundary, position)

    def _save(self, positions: list[str], *, is_done: bool) -> list[Write]:
        state, folded = self._state, self._state.folded + self._settled.figures
        was_recounted = state.is_recounting and is_done
        after = msgspec.structs.replace(
            state,
            figures=state.figures if state.is_recounting and not is_done else folded + self._open.figures,
            folded=folded,
            positions=positions,
            is_recounting=state.is_recounting and not is_done,
            is_final=state.is_final or was_recounted,
        )
        month: list[Write] = [writes.count_month_change(self._day)] if self._is_month_over else []
        return [writes.save_day(self._day, after, self._saved.version), *self._save_rankings(after), *month]

    def _save_rankings(self, after: DayState) -> list[Write]:
        """Those of the currencies in which something came; at the beginning and the end of a recount, all of them."""
        settled, opened = self._settled.rankings(), self._open.rankings()
        if after.is_final != self._saved.is_final or self._begins_anew:
            settled = dict.fromkeys([*self._saved.figures.takings, *after.folded.takings], NO_RANKING) | settled
        folded = merge_rankings(self._read_folded({*settled, *opened}), settled)
        changed = {currency: folded[currency] for currency in settled}
        shown = {} if after.is_recounting else merge_rankings(folded, opened)
        return [*writes.save_folded_rankings(self._day, changed), *writes.save_day_rankings(self._day, shown)]

    def _read_folded(self, currencies: Iterable[str]) -> Rankings:
        """What was folded before; nothing where counting begins anew."""
        keys = {currency: reads.folded_products_key(self._day, currency) for currency in currencies}
        return {} if self._begins_anew or not keys else reads.read_rankings(self._table, keys)


def _add_months_up(table: Table, now: datetime) -> None:
    """Add the products of months up that are over, where a day of theirs has changed."""
    months = [start for start, _ in reads.split_by_month(_first_whole_day(now).replace(day=1), now.date())][:-1]
    for month, state in reads.read_month_states(table, months).items():
        if state.seen != state.changed:
            _add_month_up(table, month, state)


def _add_month_up(table: Table, month: date, state: reads.MonthState) -> None:
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days = reads.read_days(table, month, last, consistent=True)
    currencies = {currency for day in days.values() for currency in day.figures.takings}
    rankings = {
        currency: reads.read_ranking_of_days(table, month, last, currency, consistent=True).best()
        for currency in sorted(currencies)
    }
    try:
        table.transact(writes.save_month(month, rankings, state))
    except ConditionFailed:  # a day changed meanwhile, and the next run looks again
        return


def _days_until(now: datetime) -> list[date]:
    """The newest first: the figures that people look at."""
    return list_days(_first_whole_day(now), now.date())[::-1]


def _is_due(state: DayState, day: date, now: datetime) -> bool:
    if state.is_final:
        return state.is_behind()
    return day >= (now - _LOOK_BACK).date() or bool(state.late_until)


def _is_to_recount(state: DayState, day: date, now: datetime) -> bool:
    is_over = now >= midnight_after(day) + RECOUNT_DELAY
    return is_over and not (state.is_final or state.is_recounting)


def _begin_recount(state: DayState) -> DayState:
    return msgspec.structs.replace(state, folded=Figures(), positions=[], is_recounting=True)


def _first_whole_day(now: datetime) -> date:
    """The first day of whose log nothing has expired yet."""
    return (now - LOG_LIFETIME).date() + timedelta(days=2)
