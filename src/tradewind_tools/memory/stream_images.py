"""Items as the table's stream shows them: each value with the name of its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def encode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item in DynamoDB's own form, such as `{"name": {"S": "text"}}`."""
    return {name: _encode(value) for name, value in item.items()}


def _encode(value: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever an attribute can hold
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float():
            return {"N": str(value)}
        case Mapping():
            return {"M": encode_item(value)}
        case list():
            return {"L": [_encode(each) for each in value]}
        case _:
            raise TypeError(f"events hold no {type(value).__name__}")
