"""References inside a template: found, and written otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from tradewind_tools.exports.cloudformation.names import Value, sub

Rewrite: TypeAlias = Callable[[str, str], str | None]
"""Of a logical id and an attribute, empty for `Ref`: the text for `Fn::Sub` that says the same; None keeps it."""

_PLACEHOLDER = re.compile(r"\$\{(?P<logical>[A-Za-z0-9]+)(?:\.(?P<attribute>[A-Za-z0-9.]+))?\}")
_ALONE = re.compile(rf"^{_PLACEHOLDER.pattern}$")


def rewrite_references(part: Value, rewrite: Rewrite) -> Value:
    """The part with each `Ref`, `Fn::GetAtt` and `Fn::Sub` written as `rewrite` says."""
    match part:
        case {"Ref": str(logical)}:
            return _rewrite_one(part, logical, "", rewrite)
        case {"Fn::GetAtt": [str(logical), str(attribute)]}:
            return _rewrite_one(part, logical, attribute, rewrite)
        case {"Fn::Sub": str(text)}:
            return sub(_PLACEHOLDER.sub(lambda found: _rewrite_placeholder(found, rewrite), text))
        case dict():
            return {word: rewrite_references(value, rewrite) for word, value in part.items()}
        case list():
            return [rewrite_references(value, rewrite) for value in part]
        case _:
            return part


def find_references(part: Value) -> Iterator[tuple[str, str]]:
    """Each logical id with the attribute that is referred to, empty for `Ref`."""
    match part:
        case {"Ref": str(logical)}:
            yield logical, ""
        case {"Fn::GetAtt": [str(logical), str(attribute)]}:
            yield logical, attribute
        case {"Fn::Sub": str(text)}:
            for found in _PLACEHOLDER.finditer(text):
                yield found["logical"], found["attribute"] or ""
        case dict():
            for value in part.values():
                yield from find_references(value)
        case list():
            for value in part:
                yield from find_references(value)


def find_conditions(part: Value) -> Iterator[str]:
    """The conditions that a part is decided by."""
    match part:
        case {"Fn::If": [str(condition), *rest]}:
            yield condition
            yield from find_conditions(rest)
        case dict():
            if isinstance(part.get("Condition"), str):
                yield part["Condition"]
            for value in part.values():
                yield from find_conditions(value)
        case list():
            for value in part:
                yield from find_conditions(value)


def _rewrite_one(part: Value, logical: str, attribute: str, rewrite: Rewrite) -> Value:
    text = rewrite(logical, attribute)
    return part if text is None else _as_value(text)


def _rewrite_placeholder(found: re.Match[str], rewrite: Rewrite) -> str:
    text = rewrite(found["logical"], found["attribute"] or "")
    return found[0] if text is None else text


def _as_value(text: str) -> Value:
    """The simplest form of a text with placeholders."""
    if alone := _ALONE.match(text):
        attribute = alone["attribute"]
        return {"Fn::GetAtt": [alone["logical"], attribute]} if attribute else {"Ref": alone["logical"]}
    return sub(text) if "${" in text else text
