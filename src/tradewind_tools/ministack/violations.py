"""What a JSON document violates in a schema, in the words of API Gateway's request validator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError

Schema = Mapping[str, Any]


def violations(schema: Schema, document: object) -> list[str]:
    """List every violation, e.g. `object has missing required properties (["email","name"])`, in reading order.

    API Gateway does not say where in the document; we do, in front of its words.
    """
    errors = sorted(Draft4Validator(dict(schema)).iter_errors(document), key=lambda error: [str(p) for p in error.path])
    return list(dict.fromkeys(_place(error.absolute_path) + _told(error) for error in errors))


def _place(path: Iterable[str | int]) -> str:
    pointer = "".join(f"/{step}" for step in path)
    return f'instance value at "{pointer}": ' if pointer else ""


def _told(error: ValidationError) -> str:
    say = _WORDS.get(str(error.validator))
    return error.message if say is None else say(error.validator_value, error.instance, error.schema)


def _missing(required: list[str], found: Mapping[str, Any], _schema: Schema) -> str:
    missing = sorted(name for name in required if name not in found)
    return f"object has missing required properties ({_list(missing)})"


def _unwanted(_allowed: object, found: Mapping[str, Any], schema: Schema) -> str:
    unwanted = sorted(name for name in found if name not in schema.get("properties", {}))
    return f"object instance has properties which are not allowed by the schema: {_list(unwanted)}"


def _wrong_type(expected: str | list[str], found: object, _schema: Schema) -> str:
    allowed = _list([expected] if isinstance(expected, str) else expected)
    return f"instance type ({_type_of(found)}) does not match any allowed primitive type (allowed: {allowed})"


def _not_one_of(values: list[Any], found: object, _schema: Schema) -> str:
    return f"instance value ({json.dumps(found)}) not found in enum (possible values: {_list(values)})"


def _too_small(minimum: float, found: float, _schema: Schema) -> str:
    return f"numeric instance is lower than the required minimum (minimum: {minimum}, found: {found})"


def _too_large(maximum: float, found: float, _schema: Schema) -> str:
    return f"numeric instance is greater than the required maximum (maximum: {maximum}, found: {found})"


def _too_short(minimum: int, found: str, _schema: Schema) -> str:
    return f'string "{found}" is too short (length: {len(found)}, required minimum: {minimum})'


def _too_long(maximum: int, found: str, _schema: Schema) -> str:
    return f'string "{found}" is too long (length: {len(found)}, maximum allowed: {maximum})'


def _no_match(pattern: str, found: str, _schema: Schema) -> str:
    return f'ECMA 262 regex "{pattern}" does not match input string "{found}"'


def _too_few(minimum: int, found: list[Any], _schema: Schema) -> str:
    return f"array is too short: must have at least {minimum} elements but instance has {len(found)} elements"


def _too_many(maximum: int, found: list[Any], _schema: Schema) -> str:
    return f"array is too long: must have at most {maximum} elements but instance has {len(found)} elements"


_WORDS: Mapping[str, Callable[[Any, Any, Any], str]] = {
    "required": _missing,
    "additionalProperties": _unwanted,
    "type": _wrong_type,
    "enum": _not_one_of,
    "minimum": _too_small,
    "maximum": _too_large,
    "minLength": _too_short,
    "maxLength": _too_long,
    "pattern": _no_match,
    "minItems": _too_few,
    "maxItems": _too_many,
}

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def _type_of(value: object) -> str:
    return _TYPES.get(type(value), "null")


def _list(values: object) -> str:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)
