"""The figures of a period: days that are rolled up as they stand, the others folded from the log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tradewind.analytics import store
from tradewind.analytics.model import Figures, LogEntry, ProductTakings, added_up, days, figures_of, products_of
from tradewind.analytics.store import RolledUp
from tradewind.aws.table import Table


class Month(NamedTuple):
    """Part of a month: every day of it is in one of the two, unless nothing happened on it."""

    rolled: dict[date, RolledUp]
    log: dict[date, list[LogEntry]]


def figures_between(table: Table, first: date, last: date) -> dict[date, Figures]:
    """By day, both ends among them; a day on which nothing happened may be missing."""
    found: dict[date, Figures] = {}
    for month in _months(table, first, last):
        found |= {day: each.figures for day, each in month.rolled.items()}
        found |= {day: figures_of(entries) for day, entries in month.log.items()}
    return found


def products_between(table: Table, first: date, last: date) -> list[ProductTakings]:
    """One row for each product and currency."""
    rows: list[ProductTakings] = []
    for month in _months(table, first, last):
        rows += store.products(table, month.rolled)
        rows += [row for entries in month.log.values() for row in products_of(entries)]
    return added_up(rows)


def parts(first: date, last: date) -> list[tuple[date, date]]:
    """The period, of one day at least, cut where months begin."""
    starts = [first, *(day for day in days(first, last)[1:] if day.day == 1)]
    ends = [*(start - timedelta(days=1) for start in starts[1:]), last]
    return list(zip(starts, ends, strict=True))


def _months(table: Table, first: date, last: date) -> list[Month]:
    return [_month(table, *part) for part in parts(first, last)]


def _month(table: Table, first: date, last: date) -> Month:
    known = store.roll_ups(table, first, last)
    rolled = {day: each for day, each in known.items() if each.is_current}
    open_days = [day for day in days(first, last) if day not in rolled]
    if not open_days:
        return Month(rolled, {})
    log = store.log(table, open_days[0], open_days[-1])
    return Month(rolled, {day: entries for day, entries in log.items() if day not in rolled})
