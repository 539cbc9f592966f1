"""The resources of the CloudFormation template by kind, with their references written for Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tradewind_tools.exports.cloudformation.names import Resource, StageNames, Value
from tradewind_tools.exports.errors import UnknownReference
from tradewind_tools.exports.terraform.references import PSEUDO_PARAMETERS, REFERENCES, snake

_SUBSTITUTED = re.compile(r"\$\{(?P<name>[\w:]+)(?:\.(?P<attribute>\w+))?\}")
_TEMPLATE_MARK = re.compile(r"[$%](?=\{)")


class TemplateFacts:
    """A template of one stage."""

    def __init__(self, template: Mapping[str, Any], stage: StageNames) -> None:
        self._resources: Mapping[str, Resource] = template["Resources"]
        self._parameters: Mapping[str, Resource] = template["Parameters"]
        self.stage = stage

    def of(self, kind: str) -> Iterator[Resource]:
        """The properties of each resource of a kind, such as `SQS::Queue`. Raises UnknownReference."""
        return (self.resolve(self.raw(logical)) for logical in self.ids(kind))

    def only(self, kind: str) -> Resource:
        """Those of the one resource of a kind. Raises UnknownReference, and ValueError unless there is exactly one."""
        (made,) = self.of(kind)
        return made

    def ids(self, kind: str) -> list[str]:
        """The logical ids of a kind."""
        return [logical for logical, made in self._resources.items() if made["Type"] == f"AWS::{kind}"]

    def raw(self, logical: str) -> Resource:
        """The properties of a resource as the template has them."""
        properties: Resource = self._resources[logical]["Properties"]
        return properties

    def kinds(self) -> set[str]:
        return {made["Type"].removeprefix("AWS::") for made in self._resources.values()}

    def topic_statements(self, name: str) -> list[Value]:
        """Who may publish to a topic. Raises UnknownReference."""
        (topic,) = (each for each in self.ids("SNS::Topic") if self.raw(each)["TopicName"] == name)
        policies = (made for made in self.of("SNS::TopicPolicy") if self.resolve({"Ref": topic}) in made["Topics"])
        return [statement for made in policies for statement in made["PolicyDocument"]["Statement"]]

    def settings(self) -> Resource:
        """The settings of a stage: the template's parameters."""
        return {
            snake(name): {
                "about": made["Description"],
                "default": made.get("Default"),
                "pattern": made["AllowedPattern"],
            }
            for name, made in self._parameters.items()
        }

    def short(self, name: str) -> str:
        """`email-queue` of `tradewind-dev-email-queue`, `jwt-key` of `tradewind/dev/jwt-key`."""
        return name.removeprefix(self.stage.of("")).removeprefix(self.stage.secret(""))

    def resolve(self, value: Value) -> Value:
        """The value without CloudFormation's functions. Raises UnknownReference."""
        match value:
            case {"Ref": str(logical)}:
                return self._reference(logical)
            case {"Fn::GetAtt": [str(logical), str(attribute)]}:
                return self._reference(logical, attribute)
            case {"Fn::Sub": str(text)}:
                return _SUBSTITUTED.sub(lambda found: self._reference(found["name"], found["attribute"] or ""), text)
            case {"Fn::If": [str(), then, _]}:
                return self.resolve(then)
            case dict():
                return {name: self.resolve(part) for name, part in value.items()}
            case list():
                return [self.resolve(part) for part in value]
            case str():
                return literal(value)
            case _:
                return value

    def _reference(self, logical: str, attribute: str = "") -> str:
        if logical in PSEUDO_PARAMETERS:
            return PSEUDO_PARAMETERS[logical]
        if logical in self._parameters:
            return f"${{settings.{snake(logical)}}}"
        format_reference = REFERENCES.get((self._kind(logical), attribute))
        if format_reference is None:
            raise UnknownReference(logical, attribute)
        return format_reference(self, logical, self.raw(logical))

    def _kind(self, logical: str) -> str:
        kind: str = self._resources[logical]["Type"]
        return kind.removeprefix("AWS::")


def literal(text: str) -> str:
    """A text with Terraform's template markers escaped."""
    return _TEMPLATE_MARK.sub(lambda mark: mark[0] * 2, text)
