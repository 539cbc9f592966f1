"""Attribute values as DynamoDB stores them, returns them and counts their size.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Any

import msgspec

from tradewind.aws.table import Item

_encode = msgspec.json.Encoder().encode

_PLAIN = frozenset({str, int, bool, bytes, type(None)})
"""Types whose values need no copy: nearly all that a table holds."""

_CONTAINER_BYTES = 3
_ENTRY_BYTES = 1
_FLAG_BYTES = 1
_DIGITS_PER_BYTE = 2


def copy_as_stored(item: Item) -> Item:
    """A deep copy as the table would return it. Raises TypeError or ValueError for what the table cannot hold."""
    return {
        name if type(name) is str else _name(name): value if type(value) in _PLAIN else _copy_value(value)
        for name, value in item.items()
    }


def item_size_bytes(item: Item) -> int:
    return sum(_text_bytes(name) + _size_bytes(value) for name, value in item.items())


def is_surely_within(bound_bytes: int, *items: Item) -> bool:
    """A quick check, which saves the exact count for most items: their JSON is at least half as long as they are."""
    try:
        return 2 * len(_encode(items)) < bound_bytes
    except (TypeError, ValueError):
        return False


def _text_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _copy_value(value: Any) -> Any:  # noqa: ANN401 - whatever an attribute can hold
    match value:
        case None | bool() | str() | bytes() | int():
            return value
        case float() | Decimal():
            return _number(value)
        case dict():
            return copy_as_stored(value)
        case list():
            return [_copy_value(each) for each in value]
        case set() | frozenset():
            return _set(value)
        case _:
            raise TypeError(f"DynamoDB cannot hold a {type(value).__name__}")


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"the name of an attribute is a string, not {name!r}")
    return name


def _number(value: float | Decimal) -> int | float:
    """DynamoDB knows one type of number: 2.0 comes back as 2."""
    if not isfinite(value):
        raise ValueError(f"{value} is not a number that DynamoDB can hold")
    return int(value) if value == int(value) else float(value)


def _set(values: set[Any] | frozenset[Any]) -> set[Any]:
    if not values:
        raise ValueError("DynamoDB does not hold empty sets")
    return {_copy_value(each) for each in values}


def _size_bytes(value: Any) -> int:  # noqa: ANN401 - whatever an attribute can hold
    match value:
        case str():
            return _text_bytes(value)
        case bytes():
            return len(value)
        case None | bool():
            return _FLAG_BYTES
        case int() | float() | Decimal():
            return len(str(value)) // _DIGITS_PER_BYTE + 1
        case dict():
            return _CONTAINER_BYTES + item_size_bytes(value) + _ENTRY_BYTES * len(value)
        case _:
            return _CONTAINER_BYTES + sum(_ENTRY_BYTES + _size_bytes(each) for each in value)
