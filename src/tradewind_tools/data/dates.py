"""Dates as files write them.

`1/12/2010` is the first of December or the twelfth of January: one decision for a whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

_DATE = re.compile(
    r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_YEAR_FIRST = re.compile(
    r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?(?:Z|[+-]\d{2}:?\d{2})?"
)
_CENTURY = 2000
_MONTHS = 12
_NOON = 12


class DateOrder(StrEnum):
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class AmbiguousDateError(ValueError):
    """The dates of a file do not say which number is the month."""

    def __init__(self, text: str, matter: str) -> None:
        super().__init__(f"'{text}' {matter}")


def decide_order(texts: Iterable[str]) -> DateOrder:
    """Return the order of a file's dates. Raises AmbiguousDateError when they contradict each other, or none tells."""
    votes: dict[DateOrder, str] = {}
    undecided = ""
    for text in texts:
        found = _DATE.fullmatch(text)
        if found is None:
            continue
        first, second = int(found[1]), int(found[3])
        if first > _MONTHS >= second:
            votes.setdefault(DateOrder.DAY_FIRST, text)
        elif second > _MONTHS >= first:
            votes.setdefault(DateOrder.MONTH_FIRST, text)
        elif first != second:
            undecided = undecided or text
    if len(votes) > 1:
        one, other = votes.values()
        raise AmbiguousDateError(one, f"and '{other}' are written in different orders")
    if undecided and not votes:
        raise AmbiguousDateError(undecided, "may begin with the day or with the month")
    return next(iter(votes), DateOrder.MONTH_FIRST)


@lru_cache(maxsize=16_384)
def read_date(text: str, order: DateOrder) -> datetime:
    """Read a date and a time of day, with the year first or in this order. Raises ValueError.

    It is taken as UTC: the shop's own time is not known.
    """
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    elif found := _DATE.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
        year += _CENTURY if year < 100 else 0  # noqa: PLR2004 (a year of two digits)
    else:
        raise ValueError(f"'{text}' is not a date")
    hour = _hour(int(found[5] or 0), found[8])
    return datetime(year, month, day, hour, int(found[6] or 0), int(found[7] or 0), tzinfo=UTC)


def _hour(hour: int, half: str | None) -> int:
    """On a clock of 24 hours."""
    if not half:
        return hour
    if not 1 <= hour <= _NOON:
        raise ValueError(f"there is no {hour} o'clock on a clock of twelve hours")
    return hour % _NOON + (_NOON if half in "Pp" else 0)
