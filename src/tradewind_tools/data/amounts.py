"""Numbers as people write them in files: prices with currency signs and separators, whole quantities.

`1,299` and `1.299` mean different amounts in different countries. Which mark parts the decimals is one decision for a
whole file: `decide_mark` takes it from the numbers that can be read in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from tradewind_tools.data.currency_signs import currencies_of

_BLANKS = " \u00a0\u2007\u2009\u202f"
_GROUP_MARKS = rf"{_BLANKS}'\u2019"
_AMOUNT = re.compile(
    rf"(?P<sign>[+\u2212-]?)(?P<before>[^\d.,+\s\u2212-]{{0,4}})\s*(?P<sign2>[+\u2212-]?)"
    rf"(?P<number>[\d.,][\d.,{_GROUP_MARKS}]*?)\s*(?P<after>:-|(?:[^\d.,+\s-][^\d,+\s-]{{0,3}})?)"
)
_THOUSANDS_DIGITS = 3


class DecimalMark(StrEnum):
    """What parts whole units from decimals."""

    POINT = "point"
    COMMA = "comma"

    @property
    def character(self) -> str:
        return "." if self is DecimalMark.POINT else ","

    @property
    def other(self) -> DecimalMark:
        return DecimalMark.COMMA if self is DecimalMark.POINT else DecimalMark.POINT


_GRAMMAR = {
    mark: re.compile(
        rf"(?P<whole>\d*|\d{{1,3}}(?P<group>[{re.escape(mark.other.character)}{_GROUP_MARKS}])\d{{3}}(?:(?P=group)\d{{3}})*)"
        rf"(?:{re.escape(mark.character)}(?P<decimals>\d*))?"
    )
    for mark in DecimalMark
}


class Amount(NamedTuple):
    """`currencies` are those that the sign beside the number may mean; none when there is no sign."""

    value: Decimal
    currencies: frozenset[str] = frozenset()


class AmbiguousMarkError(ValueError):
    """The numbers of a file do not say how to read them: here is one that does not, and what is the matter."""

    def __init__(self, text: str, matter: str) -> None:
        super().__init__(f"'{text}' {matter}")


@lru_cache(maxsize=16_384)
def read_money(text: str, mark: DecimalMark = DecimalMark.POINT) -> Amount:
    """Read an amount such as `2.55`, `.99`, `US$12.50`, `1 299,00 kr`, `CHF 1'234.50` or `-3`.

    Raises ValueError when the text is not one number, written with this decimal mark.
    """
    parts = _parts(text)
    found = _GRAMMAR[mark].fullmatch(parts["number"])
    whole, decimals = (re.sub(r"\D", "", found["whole"]), found["decimals"] or "") if found else ("", "")
    if not whole and not decimals:
        raise _no_amount(text)
    signs = [sign for sign in (parts["before"], parts["after"]) if sign]
    meanings = [currencies_of(sign) for sign in signs]
    if not all(meanings):
        raise _no_amount(text)
    value = Decimal(f"{whole or 0}.{decimals or 0}") if decimals else Decimal(whole)
    is_negative = bool({"-", "\u2212"} & {parts["sign"], parts["sign2"]})
    return Amount(-value if is_negative else value, frozenset.intersection(*meanings) if meanings else frozenset())


def read_amount(text: str, mark: DecimalMark = DecimalMark.POINT) -> Decimal:
    """The same, whatever its currency. Raises ValueError."""
    return read_money(text, mark).value


def read_whole(text: str, mark: DecimalMark = DecimalMark.POINT) -> int:
    """Read a whole number such as `6`, `-1`, `6.0` or `1,200`. Raises ValueError when it is none."""
    number = read_amount(text, mark)
    if number != number.to_integral_value():
        raise ValueError(f"'{text}' is not a whole number")
    return int(number)


def decide_mark(texts: Iterable[str]) -> DecimalMark:
    """Return the decimal mark of a file's numbers; the point when none of them has either mark.

    Raises AmbiguousMarkError when they contradict each other, or all that have a mark may be read in two ways.
    """
    votes: dict[DecimalMark, str] = {}
    undecided = ""
    for text in texts:
        number = _bare(text)
        mark = _only_reading(number)
        if mark:
            votes.setdefault(mark, text)
        elif "." in number or "," in number:
            undecided = undecided or text
    if len(votes) > 1:
        one, other = votes.values()
        raise AmbiguousMarkError(one, f"and '{other}' have different decimal marks")
    if undecided and not votes:
        raise AmbiguousMarkError(undecided, "may have a decimal mark or a thousands mark")
    return next(iter(votes), DecimalMark.POINT)


def _only_reading(number: str) -> DecimalMark | None:
    """Return the decimal mark of a number that can be read in one way only."""
    last = max(DecimalMark, key=lambda mark: number.rfind(mark.character))
    whole, _, decimals = number.rpartition(last.character)
    if last.character not in number:
        return None
    if last.other.character in number:
        return last
    if last.character in whole:
        return last.other
    is_group = len(decimals) == _THOUSANDS_DIGITS and 0 < len(whole) <= _THOUSANDS_DIGITS and not whole.startswith("0")
    return None if is_group else last


def _bare(text: str) -> str:
    found = _AMOUNT.fullmatch(text.strip())
    return found["number"] if found else ""


def _parts(text: str) -> dict[str, str]:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or (found["sign"] and found["sign2"]):
        raise _no_amount(text)
    return found.groupdict()


def _no_amount(text: str) -> ValueError:
    return ValueError(f"'{text}' is not an amount")
