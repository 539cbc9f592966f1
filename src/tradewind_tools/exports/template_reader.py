"""Reads a CloudFormation template, so that another dialect can say the same."""

from __future__ import annotations

from collections.abc import Collection

from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.names import Resource, Resources, arn, ref
from tradewind_tools.exports.cloudformation.rotation import ROTATOR


class TemplateReader:
    """The resources of a template."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The properties of each resource of one type, `Lambda::Function`, by its logical id."""
        known = self._resources.items()
        return {name: made["Properties"] for name, made in known if made["Type"] == f"AWS::{kind}"}

    def properties(self, name: str) -> Resource:
        """A copy of the properties of a resource."""
        return {**self._resources[name]["Properties"]}

    def rules_to(self, target: str) -> dict[str, Resource]:
        """The rules that start a function or a state machine."""
        leading = (arn(target), ref(target))
        rules = self.of_type("Events::Rule").items()
        return {name: rule for name, rule in rules if rule["Targets"][0]["Arn"] in leading}

    def source_of(self, function: Function) -> Resource | None:
        """The event source of a function that takes batches."""
        mappings = self.of_type("Lambda::EventSourceMapping").values()
        return next((each for each in mappings if each["FunctionName"] == ref(function_id(function))), None)

    def without(self, types: tuple[str, ...], names: Collection[str]) -> Resources:
        """The resources whose type begins with none of these, and whose logical id is none of those.

        A permission to rotate is always among them: no dialect has an event for it.
        """
        return {
            name: made
            for name, made in self._resources.items()
            if name not in names and (not made["Type"].startswith(types) or _lets_rotate(made))
        }


def _lets_rotate(made: Resource) -> bool:
    return bool(made["Properties"].get("Principal") == ROTATOR)
