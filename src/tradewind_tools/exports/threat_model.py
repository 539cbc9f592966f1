"""The page of the threat model: OWASP's lists, requirement by requirement, with the code and the tests that answer."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Final

import msgspec

from tradewind_tools.places import PROJECT

SOURCE: Final = PROJECT / "docs" / "threat-model.toml"
_CHAPTERS: Final = {
    ("API", 1): "OWASP API Security Top 10 (2023)",
    ("V", 1): "ASVS 5.0.0, level 1",
    ("V", 2): "ASVS 5.0.0, level 2",
}
"""How the ids of a standard begin, the level, and the name of both."""


class Status(StrEnum):
    MET = "met"
    OPEN = "open"
    NOT_APPLICABLE = "not applicable"


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a standard asks for, in our words, and what answers to it.

    `code` are files, `tests` node ids of pytest: `tests/unit/edge/test_http.py::test_every_answer_is_guarded`.
    """

    id: str
    about: str
    status: Status
    note: str
    code: list[str] = []
    tests: list[str] = []
    level: int = 1


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    requirement: list[Requirement]


@cache
def requirements() -> tuple[Requirement, ...]:
    """Raises msgspec.ValidationError."""
    document = msgspec.convert(tomllib.loads(SOURCE.read_text(encoding="utf-8")), _Document)
    return tuple(document.requirement)


def chapters() -> dict[str, list[Requirement]]:
    """The requirements of each standard and level, in their order; a level has what the one before lacks."""
    return {
        title: [each for each in requirements() if each.id.startswith(begin) and each.level == level]
        for (begin, level), title in _CHAPTERS.items()
    }


def count(listed: Iterable[Requirement]) -> str:
    """Say how many there are of each status: `70 requirements: 41 met, 3 open, 26 not applicable.`"""
    statuses = Counter(each.status for each in listed)
    return f"{statuses.total()} requirements: {', '.join(f'{statuses[each]} {each}' for each in Status)}."


def links(requirement: Requirement) -> str:
    """Links to the code and to the tests, for a cell of a table."""
    code = [f"[{_name(path)}](../../{path})" for path in requirement.code]
    tests = [f"[{test}](../../{path})" for path, _, test in (each.partition("::") for each in requirement.tests)]
    return "<br>".join((*code, *tests))


def _name(path: str) -> str:
    return path.removeprefix("src/tradewind/")
