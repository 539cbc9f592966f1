from __future__ import annotations

import ast

import pytest

from tradewind_tools.scaffold.errors import ConflictingDefinition
from tradewind_tools.scaffold.merging import merge

EXISTING = '''"""Reads."""

from __future__ import annotations

from a import first

ITEMS = (One("One", key="A"),)

_MARK = "A#"
"""What it begins with."""


def find(table: Table, name: str) -> One | None:
    # as ever
    return table.get(name)


@decorated
class One(Struct):
    name: str
    size: int
'''


def merged(*lines: str) -> str:
    text = merge(EXISTING, "\n".join(["from __future__ import annotations", *lines, ""]))
    ast.parse(text)
    return text


def test_what_is_there_stays_as_it_is() -> None:
    text = merged("from b import second", "_OTHER = 1", "def other() -> None:", "    return None")
    assert [line for line in EXISTING.splitlines() if line not in text.splitlines()] == []


def test_imports_constants_and_definitions_come_to_their_places() -> None:
    lines = merged(
        "from b import second", "_OTHER = 1", "@late", "def other() -> None:", "    return None"
    ).splitlines()
    assert lines.index("from b import second") == lines.index("from a import first") + 1
    assert lines.index("_OTHER = 1") < lines.index("def find(table: Table, name: str) -> One | None:")
    assert lines[-3:] == ["@late", "def other() -> None:", "    return None"]
    assert lines.count("from __future__ import annotations") == 1


def test_several_definitions_keep_their_order() -> None:
    lines = merged("def b() -> None:", "    return None", "def a() -> None:", "    return None").splitlines()
    assert lines.index("def b() -> None:") < lines.index("def a() -> None:")


def test_what_is_there_already_is_not_added() -> None:
    alike = merged(
        "_MARK = 'A#'", "def find(table: Table, name: str) -> int:", "    return 5", "class One:", "    name: str"
    )
    assert alike == EXISTING


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("_MARK = 'B#'",), "_MARK"),
        (("def find(table: Table) -> int:", "    return 5"), "find"),
        (("class One:", "    colour: str"), "One"),
        (("def One() -> None:", "    return None"), "One"),
    ],
)
def test_what_is_there_otherwise_is_a_conflict(lines: tuple[str, ...], name: str) -> None:
    with pytest.raises(ConflictingDefinition) as conflict:
        merged(*lines)
    assert conflict.value.name == name


def test_items_are_added_to_those_that_are_listed() -> None:
    assert 'ITEMS = (One("One", key="A"), Two("Two"), )\n' in merged('ITEMS = (Two("Two"),)')
    assert 'ITEMS = (One("One", key="A"), )\n' in merged('ITEMS = (One("One", key="A"),)')


def test_day_gets_longer() -> None:
    day = "def trade(day: TradingDay) -> None:\n    day.first()\n\n\ndef _help() -> None:\n    return None\n"
    longer = merge(day, "def trade(day: TradingDay) -> None:\n    day.second(\n        1\n    )\n")
    assert "    day.first()\n    day.second(\n        1\n    )\n\n\ndef _help" in longer
