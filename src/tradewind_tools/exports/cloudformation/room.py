"""What AWS takes: resources, parameters and outputs of a stack, the size of a template, the policies of a role."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.names import Resource, Resources
from tradewind_tools.exports.cloudformation.physical_names import PHYSICAL_NAMES
from tradewind_tools.exports.cloudformation.references import rewrite_references
from tradewind_tools.exports.errors import NoRoom

_LONGEST: Final = {
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-2",
    "AWS::AccountId": "123456789012",
}
"""What a placeholder becomes at most."""
_PLACEHOLDER: Final = re.compile(r"\$\{([\w:.]+)\}")
_UNKNOWN: Final = "x" * 128
"""In place of an ARN that only AWS knows, that of a secret or of the stream, and of a setting."""

Template: TypeAlias = Mapping[str, Any]


def check(whole: Template, root: Template, nested: Mapping[str, Template]) -> None:
    """Refuse what AWS would refuse. Raises NoRoom, which names each excess."""
    excesses = [*_of_stacks({"root": root, **nested}), *_of_roles(whole["Resources"])]
    if excesses:
        raise NoRoom(excesses)


def count_policy_characters(role: Resource, resources: Resources) -> int:
    """How long the policies of a role are at most; IAM counts no white space."""

    def physical_name(logical: str, attribute: str) -> str | None:
        if logical not in resources:
            return None
        made = resources[logical]
        known = PHYSICAL_NAMES.get((made["Type"].removeprefix("AWS::"), attribute))
        return known(made["Properties"]) if known else _UNKNOWN

    documents = [policy["PolicyDocument"] for policy in role["Properties"]["Policies"]]
    text = json.dumps(rewrite_references(documents, physical_name), separators=(",", ":"))
    return len(_PLACEHOLDER.sub(lambda found: _LONGEST.get(found[1], _UNKNOWN), text))


def _of_stacks(templates: Mapping[str, Template]) -> Iterator[str]:
    for name, template in templates.items():
        yield from _excess(name, "resources", len(template["Resources"]), limits.STACK_RESOURCES)
        yield from _excess(name, "parameters", len(template.get("Parameters", ())), limits.STACK_PARAMETERS)
        yield from _excess(name, "outputs", len(template.get("Outputs", ())), limits.STACK_OUTPUTS)
        yield from _excess(name, "bytes", len(json.dumps(template)), limits.TEMPLATE_BYTES)
    every = [each for template in templates.values() for each in template["Resources"].values()]
    yield from _excess("the whole", "resources", len(every), limits.NESTED_RESOURCES)
    yield from _excess("the API", "paths with the root", 1 + _count_paths(every), limits.API_PATHS)


def _count_paths(resources: Iterable[Resource]) -> int:
    return sum(each["Type"] == "AWS::ApiGateway::Resource" for each in resources)


def _of_roles(resources: Resources) -> Iterator[str]:
    for name, made in resources.items():
        if made["Type"] == "AWS::IAM::Role":
            count = count_policy_characters(made, resources)
            yield from _excess(name, "characters of policies", count, limits.ROLE_POLICY_CHARACTERS)


def _excess(name: str, what: str, count: int, most: int) -> Iterator[str]:
    if count > most:
        yield f"{name} has {count:,} {what}, and AWS takes {most:,}"
