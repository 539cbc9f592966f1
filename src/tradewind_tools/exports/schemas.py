"""JSON Schemas of the message types: as components for OpenAPI, and whole, in draft 4, for API Gateway's models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any, TypeAlias

import msgspec

from tradewind_tools.errors import Refusal
from tradewind_tools.exports.datetime_fields import datetime_fields

Schema: TypeAlias = dict[str, Any]

REFERENCE = "#/components/schemas/"

_QUALIFIED = re.compile(r"tradewind\.(\w+)\.\w+\.(\w+)")
_PAGE = re.compile(r"Page_(\w+)_")
_VIEW = re.compile(r"(?<=\w)View\Z")


class SchemaNameTaken(Refusal):
    """Two message types would have one name in the API's description."""


def components(types: Iterable[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """The schema of each type, and the components that they refer to, by name. Raises SchemaNameTaken."""
    wanted = list(types)
    schemas, definitions = msgspec.json.schema_components(wanted, ref_template=REFERENCE + "{name}")
    _refuse_doubles(definitions)
    named = {
        _name(name): {**_tidy(_clean_description(schema)), "title": _name(name)} for name, schema in definitions.items()
    }
    _mark_datetimes(wanted, named)
    return [_tidy(schema) for schema in schemas], named


def inline_schema(kind: Any) -> Schema:  # noqa: ANN401 - any annotation
    """The schema of a type with every definition in its place."""
    (schema,), definitions = components([kind])
    whole: Schema = _inline(schema, definitions)
    return whole


def _refuse_doubles(definitions: Iterable[str]) -> None:
    owners: dict[str, str] = {}
    for definition in definitions:
        owner = owners.setdefault(_name(definition), definition)
        if owner != definition:
            raise SchemaNameTaken(f"{owner} and {definition} would both be the schema {_name(owner)}: rename one")


def _name(definition: str) -> str:
    """`OrderView` is Order, and `Listed[OrderView]` OrderList; names that two services use begin with the service's."""
    unqualified = _QUALIFIED.sub(lambda found: found[1].title() + found[2], definition)
    listed = _PAGE.fullmatch(unqualified)
    return f"{_name(listed[1])}List" if listed else _VIEW.sub("", unqualified)


def _mark_datetimes(types: list[Any], named: dict[str, Schema]) -> None:
    for struct, fields in datetime_fields(types).items():
        known = (_name(name) for name in (struct.__name__, f"{struct.__module__}.{struct.__name__}"))
        component = next((named[name] for name in known if name in named), {})
        for field in fields:
            _mark_datetime(component["properties"][field])


def _mark_datetime(schema: Schema) -> None:
    """Of several choices, the one that is a string."""
    for choice in schema.get("anyOf", [schema]):
        if choice.get("type") == "string":
            choice["format"] = "date-time"


def _clean_description(schema: Schema) -> Schema:
    """Before Python 3.13 a docstring keeps the indentation of its source."""
    return schema | {"description": cleandoc(schema["description"])} if "description" in schema else schema


def _tidy(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Amounts are numbers on the wire, and in a request text with a pattern, too; references follow the names."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        kept = {name: value for name, value in schema.items() if name != "format"}
        schema = kept | {"type": ["number", "string"] if "pattern" in schema else "number"}
    if "$ref" in schema:
        return {**schema, "$ref": REFERENCE + _name(schema["$ref"].removeprefix(REFERENCE))}
    return {name: _tidy(value) for name, value in schema.items()}


def _inline(schema: Any, definitions: dict[str, Schema]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(schema, list):
        return [_inline(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(definitions[schema["$ref"].removeprefix(REFERENCE)], definitions)
    return {name: _inline(value, definitions) for name, value in schema.items()}
