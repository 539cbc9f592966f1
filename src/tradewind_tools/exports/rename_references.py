"""Renames logical ids of a template wherever it refers to them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tradewind_tools.exports.cloudformation.names import Value

_PLACEHOLDER = re.compile(r"\$\{(?P<id>[A-Za-z0-9]+)(?=[.}])")


def rename_references(part: Value, names: Mapping[str, str]) -> Value:
    """The part with each `Ref`, `Fn::GetAtt` and `Fn::Sub` to a known logical id changed to its new one."""
    if isinstance(part, list):
        return [rename_references(each, names) for each in part]
    if isinstance(part, dict):
        return {word: _rename_under(word, value, names) for word, value in part.items()}
    return part


def _rename_under(word: str, value: Value, names: Mapping[str, str]) -> Value:
    match word, value:
        case "Ref", str():
            return names.get(value, value)
        case "Fn::GetAtt", [logical, attribute]:
            return [names.get(logical, logical), attribute]
        case "Fn::Sub", str():
            return _PLACEHOLDER.sub(lambda found: "${" + names.get(found["id"], found["id"]), value)
        case _:
            return rename_references(value, names)
