"""Names and references inside a template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from tradewind_tools.blueprint.errors import InvalidStage

Value: TypeAlias = Any
"""A value in a template: JSON, or one of CloudFormation's functions."""

Resource: TypeAlias = dict[str, Value]
Resources: TypeAlias = dict[str, Resource]

LOCAL = "local"
_STAGE = re.compile(r"[a-z][a-z0-9-]{0,15}")
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class StageNames:
    """The names of the resources of a stage: `dev`, `prod`, or `local`. Raises InvalidStage."""

    name: str

    def __post_init__(self) -> None:
        if not _STAGE.fullmatch(self.name):
            raise InvalidStage(self.name)

    @property
    def is_local(self) -> bool:
        return self.name == LOCAL

    @property
    def shop(self) -> str:
        """The name of what there is one of: the table, the bus, the API."""
        return f"tradewind-{self.name}"

    def of(self, name: str) -> str:
        """`tradewind-<stage>-<name>`."""
        return f"{self.shop}-{name}"

    def secret(self, purpose: str) -> str:
        return f"tradewind/{self.name}/{purpose}"


def logical_id(*parts: str) -> str:
    """`product-get`, `Role` -> `ProductGetRole`."""
    words = _WORD.findall(" ".join(parts))
    return "".join(word[0].upper() + word[1:] for word in words)


def resource(kind: str, **properties: Value) -> Resource:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(logical: str) -> Value:
    return {"Ref": logical}


def attribute(logical: str, name: str) -> Value:
    return {"Fn::GetAtt": [logical, name]}


def arn(logical: str) -> Value:
    return attribute(logical, "Arn")


def sub(text: str) -> Value:
    return {"Fn::Sub": text}
