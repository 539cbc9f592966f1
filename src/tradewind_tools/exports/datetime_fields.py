"""Which fields of message types hold a datetime: msgspec's schemas call them plain strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import inspect


def datetime_fields(types: Iterable[Any]) -> dict[type, set[str]]:
    """The fields that hold a datetime, by their names outside, of every struct in the types."""
    found: dict[type, set[str]] = {}
    for info in inspect.multi_type_info(list(types)):
        _collect(info, found)
    return found


def _collect(info: inspect.Type, found: dict[type, set[str]]) -> None:
    if isinstance(info, inspect.StructType):
        if info.cls in found:
            return
        found[info.cls] = {field.encode_name for field in info.fields if _is_datetime(field.type)}
    for part in _parts(info):
        _collect(part, found)


def _parts(info: inspect.Type) -> Iterator[inspect.Type]:
    match info:
        case inspect.StructType(fields=fields):
            yield from (field.type for field in fields)
        case inspect.UnionType(types=types):
            yield from types
        case inspect.ListType(item_type=part) | inspect.VarTupleType(item_type=part) | inspect.Metadata(type=part):
            yield part
        case inspect.DictType(value_type=part):
            yield part


def _is_datetime(info: inspect.Type) -> bool:
    match info:
        case inspect.DateTimeType():
            return True
        case inspect.UnionType(types=types):
            return any(map(_is_datetime, types))
        case inspect.Metadata(type=part):
            return _is_datetime(part)
        case _:
            return False
