"""Every violation of a message type, by field and in words that a form can show: msgspec itself stops at the first.

Loaded only for a bad request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from tradewind.edge.messages import JUDGE
from tradewind.kernel.errors import Detail, InvalidFields, TradewindError

_OPTIONAL = 2
"""Members of a union that stands for one type, or nothing."""
_MAX_DETAILS = 100
_LISTED_CHOICES = 20
_TYPES: Final = {
    "array": "a list",
    "bool": "true or false",
    "date": "a date such as 2026-11-21",
    "datetime": "a date and time with its offset from UTC, such as 2026-11-21T09:00:00Z",
    "decimal": "a number",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "text",
}
_UNITS: Final = {"str": ("character", "characters")}
_ENTRIES: Final = ("entry", "entries")
_LIMIT = re.compile(r"Expected (?P<type>\w+)(?P<length> of length)? (?P<bound>[<>]=) (?P<limit>\S+)")
_TYPE = re.compile(r"Expected (?P<types>[\w |]+), got ")
_MULTIPLE = re.compile(r"Expected \w+ that's a (?P<multiple>multiple of \S+)")
_ENCODING = re.compile(
    r"Invalid (?:RFC3339 encoded )?(?P<type>decimal|datetime|date)\b|Expected (?P<zoned>datetime) with"
)


def violations(kind: type[Any], given: object, *, strict: bool = True) -> tuple[Detail, ...]:
    """What is wrong with `given` (decoded JSON) as a `kind`: field paths such as `items[2].quantity`."""
    return tuple(islice(_violations(kind, given, "", strict=strict), _MAX_DETAILS))


def _violations(kind: Any, given: object, path: str, *, strict: bool) -> Iterator[Detail]:  # noqa: ANN401 - any annotation
    error = _refusal(kind, given, strict=strict)
    if error is None:
        yield from _judge(kind, given, path, strict=strict)
        return
    nested = list(_inside(_bare(kind), given, path, strict=strict))
    yield from nested or _explain(error, kind, given, path)


def _judge(kind: Any, given: object, path: str, *, strict: bool) -> Iterator[Detail]:  # noqa: ANN401
    """What an operation would refuse of a value of the right type: all is named at once, also in what is whole."""
    is_choice = get_origin(kind) in {Union, UnionType} and len(get_args(kind)) > _OPTIONAL
    if given is None or is_choice:
        return
    for limit in _limits(kind):
        if judge := (limit.extra or {}).get(JUDGE):
            try:
                judge(msgspec.convert(given, _bare(kind), strict=strict))
            except TradewindError as error:
                yield from (Detail(path, detail.message) for detail in error.details)
    yield from _inside(_bare(kind), given, path, strict=strict)


def _refusal(kind: Any, given: object, *, strict: bool) -> msgspec.ValidationError | None:  # noqa: ANN401
    try:
        msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        return error
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
            where = _join(path, field.encode_name)
            if field.encode_name in given:
                yield from _violations(field.type, given[field.encode_name], where, strict=strict)
            elif field.required:
                yield Detail(where, "is required")
        yield from _unknown(kind, given, path)
    elif get_origin(kind) in {list, tuple} and isinstance(given, list):
        for position, item in enumerate(given):
            yield from _violations(get_args(kind)[0], item, f"{path}[{position}]", strict=strict)
    elif get_origin(kind) is dict and isinstance(given, dict):
        name, value = get_args(kind)
        for key, item in given.items():
            yield from (
                Detail(path, f"a name in it {each.message}") for each in _violations(name, key, path, strict=True)
            )
            yield from _violations(value, item, _join(path, key), strict=strict)


def _unknown(kind: type[msgspec.Struct], given: dict[str, object], path: str) -> Iterator[Detail]:
    if kind.__struct_config__.forbid_unknown_fields:
        known = ", ".join(kind.__struct_encode_fields__) or "none"
        for name in given.keys() - set(kind.__struct_encode_fields__):
            yield Detail(_join(path, name), f"is not known; known here: {known}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _explain(error: msgspec.ValidationError, kind: Any, given: object, path: str) -> Iterator[Detail]:  # noqa: ANN401
    if isinstance(error.__cause__, InvalidFields):
        yield from (Detail(_join(path, detail.field), detail.message) for detail in error.__cause__.details)
    else:
        yield Detail(path or "body", _translate(str(error).partition(" - at ")[0].replace("`", ""), kind, given))


def _translate(refusal: str, kind: Any, given: object) -> str:  # noqa: ANN401
    """Say in plain words what msgspec says of a value."""
    if choices := _choices(_bare(kind)):
        return _choose(choices, given, kind)
    if found := _LIMIT.match(refusal):
        return _limit(**found.groupdict())
    if found := _ENCODING.match(refusal):
        return f"must be {_TYPES[found['type'] or found['zoned']]}"
    if found := _TYPE.match(refusal):
        return f"must be {' or '.join(_TYPES[name] for name in found['types'].split(' | ') if name != 'null')}"
    if found := _MULTIPLE.match(refusal):
        return f"must be a {found['multiple']}"
    return f"must be {_meaning(kind)}"


def _meaning(kind: Any) -> str:  # noqa: ANN401
    """What a text with a pattern or with many choices is, as its type says it."""
    limits = list(_limits(kind))
    described = (limit.description for limit in (*filter(_has_pattern, limits), *limits))
    return next(filter(None, described), "of the documented form")


def _has_pattern(limit: Meta) -> bool:
    return limit.pattern is not None


def _choices(kind: Any) -> Sequence[str]:  # noqa: ANN401
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    return [str(value) for value in get_args(kind)] if get_origin(kind) is Literal else ()


def _choose(choices: Sequence[str], given: object, kind: Any) -> str:  # noqa: ANN401
    """A few words are listed; of many, the one of the same letters is named, such as GBP for gbp and GPB."""
    if len(choices) <= _LISTED_CHOICES:
        return f"must be one of: {', '.join(choices)}"
    letters = sorted(str(given).upper())
    similar = next((choice for choice in choices if sorted(choice) == letters), None)
    return f"must be {_meaning(kind)}" + (f"; did you mean {similar}?" if similar else "")


def _limit(type: str, length: str | None, bound: str, limit: str) -> str:  # noqa: A002 - as the pattern calls it
    if not length:
        return f"must be {'at least' if bound == '>=' else 'at most'} {limit}"
    if (bound, limit) == (">=", "1"):
        return "must not be empty"
    one, several = _UNITS.get(type, _ENTRIES)
    return f"must have {'at least' if bound == '>=' else 'at most'} {limit} {one if limit == '1' else several}"


def _limits(kind: Any) -> Iterator[Meta]:  # noqa: ANN401
    """What `Annotated` says of a type, also within `... | None`."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        yield from (note for note in notes if isinstance(note, Meta))
        yield from _limits(inner)
    elif get_origin(kind) in {Union, UnionType}:
        for each in get_args(kind):
            yield from _limits(each)
