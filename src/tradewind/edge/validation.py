"""Every violation of a message type, by field: msgspec itself stops at the first. Loaded only for a bad request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from tradewind.kernel.errors import Detail

_MAX_DETAILS = 100


def violations(kind: type[Any], given: object, *, strict: bool = True) -> tuple[Detail, ...]:
    """What is wrong with `given` (decoded JSON) as a `kind`: field paths such as `items[2].quantity`."""
    return tuple(islice(_violations(kind, given, "", strict=strict), _MAX_DETAILS))


def _violations(kind: Any, given: object, path: str, *, strict: bool) -> Iterator[Detail]:  # noqa: ANN401 - any annotation
    problem = _problem(kind, given, strict=strict)
    if problem is None:
        return
    nested = list(_inside(_bare(kind), given, path, strict=strict))
    yield from nested or [Detail(path or "body", problem)]


def _problem(kind: Any, given: object, *, strict: bool) -> str | None:  # noqa: ANN401
    try:
        msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        return str(error).partition(" - at ")[0].replace("`", "")
    return None


def _bare(kind: Any) -> Any:  # noqa: ANN401
    """The struct or list behind `Annotated[...]` and `... | None`."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return _bare(next(each for each in get_args(kind) if each is not NoneType))
    return kind


def _inside(kind: Any, given: object, path: str, *, strict: bool) -> Iterator[Detail]:  # noqa: ANN401
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(given, dict):
        for field in msgspec.structs.fields(kind):
            where = f"{path}.{field.encode_name}" if path else field.encode_name
            if field.encode_name in given:
                yield from _violations(field.type, given[field.encode_name], where, strict=strict)
            elif field.required:
                yield Detail(where, "is required")
        yield from _unknown(kind, given, path)
    elif get_origin(kind) in {list, tuple} and isinstance(given, list):
        for position, item in enumerate(given):
            yield from _violations(get_args(kind)[0], item, f"{path}[{position}]", strict=strict)


def _unknown(kind: type[msgspec.Struct], given: dict[str, object], path: str) -> Iterator[Detail]:
    if kind.__struct_config__.forbid_unknown_fields:
        known = ", ".join(kind.__struct_encode_fields__) or "none"
        for name in given.keys() - set(kind.__struct_encode_fields__):
            yield Detail(f"{path}.{name}" if path else name, f"is not known; known here: {known}")
