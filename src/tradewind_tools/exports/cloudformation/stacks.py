"""The shop as a root stack with nested ones, each within CloudFormation's limits.

A stack for what all services share, one for the API, one for its paths, one for each service, one for monitoring, and
the API's deployment in a last one that depends on all others. They refer to each other by name; only what AWS gives an
identifier of its own, such as a path of the API, goes from an output of one to a parameter of another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports.cloudformation import api, room
from tradewind_tools.exports.cloudformation import template as whole_shop
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, Value, logical_id, resource
from tradewind_tools.exports.cloudformation.physical_names import PHYSICAL_NAMES, WITHOUT_NAME
from tradewind_tools.exports.cloudformation.references import find_conditions, find_references, rewrite_references
from tradewind_tools.exports.cloudformation.template import BASE, PATHS, THE_API, Code
from tradewind_tools.exports.errors import NameUnknown

__all__ = ["FOLDER", "RELEASE", "ROOT", "Code", "Stacks", "stacks", "write"]

ROOT = "template.json"
FOLDER = "stacks"
"""Where the nested templates are, seen from the root."""
RELEASE = "release"

Template: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stacks:
    """The root template, and those of the nested stacks by name."""

    root: Template
    nested: Mapping[str, Template]


def stacks(stage: str, code: Code, included: Sequence[Function] = FUNCTIONS) -> Stacks:
    """The templates of a stage whose functions run `code`.

    Raises InvalidStage, HandlerMissing, and NoRoom where one of them would be more than AWS takes.
    """
    whole = whole_shop.template(stage, code, included)
    shop = _Shop(whole, whole_shop.parts(included, code, StageNames(stage)))
    nested = shop.nested()
    root = shop.root(nested)
    room.check(whole, root, nested)
    return Stacks(root, nested)


def write(made: Stacks, folder: Path) -> Path:
    """Write the templates, each into a file, and return the root's. What another export left of stacks is removed."""
    nested = folder / FOLDER
    nested.mkdir(parents=True, exist_ok=True)
    for left in nested.glob("*.json"):
        left.unlink()
    for name, template in made.nested.items():
        _write_template(template, nested / f"{name}.json")
    return _write_template(made.root, folder / ROOT)


def _write_template(template: Template, path: Path) -> Path:
    path.write_text(json.dumps(template, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


class _Shop:
    """The parts of a whole template, each to be a stack."""

    def __init__(self, whole: Template, parts: Mapping[str, Resources]) -> None:
        self._whole = whole
        self._parts = parts
        self._homes = {logical: part for part, resources in parts.items() for logical in resources}

    def nested(self) -> dict[str, Template]:
        made = {part: self._template(part, resources) for part, resources in self._parts.items()}
        made[RELEASE] = self._template(RELEASE, api.release(made))
        for template in list(made.values()):
            for parameter in template.get("Parameters", ()):
                self._add_output(made, parameter)
        return made

    def root(self, nested: Mapping[str, Template]) -> Template:
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": self._whole["Description"],
            "Parameters": self._whole["Parameters"],
            "Resources": {_stack_id(part): self._stack(part, nested) for part in nested},
            "Outputs": rewrite_references(self._whole["Outputs"], self._as_seen_from_root),
        }

    def _template(self, part: str, resources: Resources) -> Template:
        rewritten = {name: self._rewrite(part, made) for name, made in resources.items()}
        conditions = self._conditions_of(rewritten)
        asked = {name for name, _ in find_references([rewritten, conditions])} - rewritten.keys()
        parameters = {name: {"Type": "String"} for name in sorted(asked) if not name.startswith("AWS::")}
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": f"{self._whole['Description']}: {part}",
            **({"Parameters": parameters} if parameters else {}),
            **({"Conditions": conditions} if conditions else {}),
            "Resources": rewritten,
        }

    def _rewrite(self, part: str, made: Resource) -> Resource:
        """The resource with its references to other stacks as names and parameters."""

        def rewrite(logical: str, attribute: str) -> str | None:
            if self._homes.get(logical, part) == part:
                return None
            return self._physical_name(logical, attribute) or f"${{{logical}{attribute}}}"

        rewritten: Resource = rewrite_references(made, rewrite)
        return rewritten

    def _as_seen_from_root(self, logical: str, attribute: str) -> str | None:
        if logical not in self._homes:
            return None
        home = _stack_id(self._homes[logical])
        return self._physical_name(logical, attribute) or f"${{{home}.Outputs.{logical}{attribute}}}"

    def _physical_name(self, logical: str, attribute: str) -> str | None:
        """The name in AWS of what is referred to; None where only a parameter can say it. Raises NameUnknown."""
        made = self._resource(logical)
        kind = (made["Type"].removeprefix("AWS::"), attribute)
        if kind in WITHOUT_NAME:
            return None
        if kind not in PHYSICAL_NAMES:
            raise NameUnknown(logical, attribute)
        return PHYSICAL_NAMES[kind](made["Properties"])

    def _resource(self, logical: str) -> Resource:
        return self._parts[self._homes[logical]][logical]

    def _conditions_of(self, resources: Resources) -> dict[str, Value]:
        return {name: self._whole["Conditions"][name] for name in sorted(set(find_conditions(resources)))}

    def _add_output(self, made: Mapping[str, Template], parameter: str) -> None:
        """Let the stack that makes what a parameter stands for say it; the shop's own settings come from the root."""
        if parameter in self._whole["Parameters"]:
            return
        logical, attribute = self._origin_of(parameter)
        value = {"Fn::GetAtt": [logical, attribute]} if attribute else {"Ref": logical}
        made[self._homes[logical]].setdefault("Outputs", {})[parameter] = {"Value": value}

    def _origin_of(self, parameter: str) -> tuple[str, str]:
        if parameter in self._homes:
            return parameter, ""
        known = (attribute for _, attribute in WITHOUT_NAME if attribute and parameter.endswith(attribute))
        attribute = next(known)
        return parameter.removesuffix(attribute), attribute

    def _stack(self, part: str, nested: Mapping[str, Template]) -> Resource:
        given = {name: self._given(name) for name in nested[part].get("Parameters", ())}
        made = resource(
            "CloudFormation::Stack",
            TemplateURL=f"{FOLDER}/{part}.json",
            **({"Parameters": given} if given else {}),
        )
        implied = {name for name, _ in find_references(given)}
        awaited = sorted({_stack_id(each) for each in _awaited_by(part, nested)} - implied)
        return {**made, **({"DependsOn": awaited} if awaited else {})}

    def _given(self, parameter: str) -> Value:
        if parameter in self._whole["Parameters"]:
            return {"Ref": parameter}
        logical, _ = self._origin_of(parameter)
        return {"Fn::GetAtt": [_stack_id(self._homes[logical]), f"Outputs.{parameter}"]}


def _awaited_by(part: str, nested: Iterable[str]) -> set[str]:
    """The stacks that a stack is made after: a name says nothing of when its bearer is made."""
    if part in {BASE, THE_API, PATHS}:
        return set()
    return set(nested) - {RELEASE} if part == RELEASE else {BASE}


def _stack_id(part: str) -> str:
    return logical_id(part, "Stack")
