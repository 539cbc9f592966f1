"""Conditions of a write or filters of a query, as data: DynamoDB reads them as an expression, a fake evaluates them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec


class Absent(msgspec.Struct, frozen=True):
    """The attribute is not there; without a name: the item does not exist."""

    attribute: str = "PK"


class Present(msgspec.Struct, frozen=True):
    """The attribute is there; without a name: the item exists."""

    attribute: str = "PK"


class Equals(msgspec.Struct, frozen=True):
    attribute: str
    value: Any


class AtLeast(msgspec.Struct, frozen=True):
    attribute: str
    value: int | str


class AtMost(msgspec.Struct, frozen=True):
    attribute: str
    value: int | str


class OneOf(msgspec.Struct, frozen=True):
    attribute: str
    values: tuple[Any, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """At least one of the conditions holds."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = Absent | Present | Equals | AtLeast | AtMost | OneOf | AnyOf
Conditions: TypeAlias = tuple[Condition, ...]
"""All of them must hold."""


class Expression:
    """Collects the names and values of one request while its parts are written as DynamoDB expressions."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self._known: dict[str, str] = {}

    def name(self, attribute: str) -> str:
        token = self._known.get(attribute)
        if token is None:
            token = self._known[attribute] = f"#{len(self.names)}"
            self.names[token] = attribute
        return token

    def value(self, value: Any) -> str:  # noqa: ANN401 - whatever an attribute can hold
        token = f":{len(self.values)}"
        self.values[token] = value
        return token

    def all_of(self, conditions: Sequence[Condition]) -> str:
        return " AND ".join(self.condition(condition) for condition in conditions)

    def condition(self, condition: Condition) -> str:
        match condition:
            case Absent(attribute):
                return f"attribute_not_exists({self.name(attribute)})"
            case Present(attribute):
                return f"attribute_exists({self.name(attribute)})"
            case Equals(attribute, value):
                return f"{self.name(attribute)} = {self.value(value)}"
            case AtLeast(attribute, value):
                return f"{self.name(attribute)} >= {self.value(value)}"
            case AtMost(attribute, value):
                return f"{self.name(attribute)} <= {self.value(value)}"
            case OneOf(attribute, values):
                return f"{self.name(attribute)} IN ({', '.join(self.value(value) for value in values)})"
            case AnyOf(conditions):
                return f"({' OR '.join(self.condition(each) for each in conditions)})"
