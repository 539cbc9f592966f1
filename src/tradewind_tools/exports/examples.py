"""An example for a schema: readers, and clients that try an operation, can begin with it."""

from __future__ import annotations

import re
from typing import Any

from tradewind_tools.exports.schemas import REFERENCE, Schema

_WORDS: dict[str, Any] = {
    "email": "ada@example.com",
    "password": "correct horse battery",
    "currentPassword": "correct horse battery",
    "newPassword": "staple a better horse",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "name": "Ocean Blue Shirt",
    "description": "Light cotton, cut for warm days.",
    "category": "shirts",
    "currency": "USD",
    "street": "12 Harbour Road",
    "city": "Portsmouth",
    "region": "Hampshire",
    "postalCode": "PO1 2AB",
    "country": "GB",
    "price": 49.9,
    "quantity": 2,
}
"""Values that say more than their type."""

_ULID = "01KAJ0XAMP7E00000000000001"
_MOMENT = "2026-11-21T03:04:05.678Z"
_NUMBER = 1
_DEPTH = 8


def example(schema: Schema, definitions: dict[str, Schema], name: str = "", depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """A value that the schema allows; `name` is the property whose value it is."""
    schema = _dereference(schema, definitions)
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if name in _WORDS and _type(schema) != "object":
        return _WORDS[name]
    match _type(schema):
        case "object":
            return _object(schema, definitions, depth)
        case "array":
            return [example(schema["items"], definitions, "", depth + 1)] if depth < _DEPTH else []
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return schema.get("minimum", _NUMBER) or _NUMBER
        case "boolean":
            return schema.get("default", True)
    return None


def _dereference(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """The schema behind a reference, or the first of several choices that is not null."""
    if "$ref" in schema:
        return _dereference(definitions[schema["$ref"].removeprefix(REFERENCE)], definitions)
    if "anyOf" in schema:
        choices: list[Schema] = schema["anyOf"]
        return _dereference(next(choice for choice in choices if choice != {"type": "null"}), definitions)
    return schema


def _type(schema: Schema) -> str:
    kind = schema.get("type", "")
    return kind if isinstance(kind, str) else kind[0]


def _object(schema: Schema, definitions: dict[str, Schema], depth: int) -> dict[str, Any]:
    """The required properties; all of them where the schema does not say which are."""
    wanted: dict[str, Schema] = schema.get("properties", {})
    required = schema.get("required", list(wanted))
    return {name: example(each, definitions, name, depth + 1) for name, each in wanted.items() if name in required}


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") == "date-time":
        return _MOMENT
    if "{26}" in schema.get("pattern", "") or re.search(r"Id$", name):
        return _ULID
    return name or "text"
