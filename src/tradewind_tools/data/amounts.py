"""Numbers as people write them in exports: prices with currency signs and separators, whole quantities."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_NUMBER = re.compile(r"-?\d[\d.,]*")
_AROUND = re.compile(r"[\s\u00a0\u202f'’]|[A-Za-z]{3}(?![A-Za-z])|[^\w\s.,+()-]")  # noqa: RUF001 (Swiss separators)
_THOUSANDS_DIGITS = 3


@lru_cache(maxsize=16_384)
def read_amount(text: str) -> Decimal:
    """Read an amount such as `2.55`, `$1,234.50`, `1.234,50 €`, `CHF 1'234.50` or `-3`.

    The last separator is the decimal one, unless it repeats, or is a lone comma before exactly three digits.
    Raises ValueError when the text is not one number.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    bare = _AROUND.sub("", text).replace("+", "")
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"'{text}' is not an amount")
    return Decimal(_with_decimal_point(bare))


def read_whole(text: str) -> int:
    """Read a whole number such as `6`, `-1`, `6.0` or `1,200`. Raises ValueError when it is none."""
    number = read_amount(text)
    if number != number.to_integral_value():
        raise ValueError(f"'{text}' is not a whole number")
    return int(number)


def _with_decimal_point(number: str) -> str:
    separator = max(",.", key=number.rfind)
    whole, _, fraction = number.rpartition(separator)
    if separator not in number:
        return number
    if _groups_thousands(number, separator, fraction):
        return number.replace(separator, "").replace(",", "").replace(".", "")
    return f"{whole.replace(',', '').replace('.', '')}.{fraction}" if fraction else whole


def _groups_thousands(number: str, separator: str, fraction: str) -> bool:
    if number.count(separator) > 1:
        return True
    alone = separator == "," and "." not in number
    return alone and len(fraction) == _THOUSANDS_DIGITS
