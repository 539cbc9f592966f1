"""What people read: every link inside the repository leads somewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from tests.source import ROOT

from tradewind_tools.commands import COMMANDS

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def links(page: Path) -> list[tuple[str, str]]:
    return LINK.findall(page.read_text(encoding="utf-8"))


def headings(page: Path) -> set[str]:
    """As GitHub names them in addresses."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_link_leads_somewhere(page: Path) -> None:
    targets = [(page.parent / path if path else page, heading) for path, heading in links(page)]
    assert [path for path, _ in targets if not path.exists()] == []
    assert [heading for path, heading in targets if heading and heading not in headings(path)] == []


def test_links_are_really_read() -> None:
    assert ("reference/functions.md", "") in links(ROOT / "docs" / "architecture.md")


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))
    listed = {path for path, _ in links(ROOT / "docs" / "README.md") if path.startswith("decisions/0")}
    assert listed == {f"decisions/{name}" for name in pages}


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")), ids=lambda page: page.name)
def test_a_decision_has_its_parts(page: Path) -> None:
    assert headings(page) >= {"context", "decision", "consequences"}
    assert re.search(r"^Status: (accepted|superseded by )", page.read_text(encoding="utf-8"), re.MULTILINE)


def requirements() -> dict[str, list[list[str]]]:
    """The rows of each requirement document's table, without their head, by the heading over it."""
    sections = re.split(r"^## ", (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {section.partition("\n")[0]: rows_of(section) for section in sections[1:]}


def rows_of(section: str) -> list[list[str]]:
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize("document", requirements())
def test_every_requirement_has_a_state_and_a_place_or_a_reason(document: str) -> None:
    rows = requirements()[document]
    assert rows
    assert [row for row in rows if len(row) != 3 or not all(row)] == []
    assert {state for _, state, _ in rows} <= {"done", "otherwise", "not yet"}
    assert len({asked for asked, _, _ in rows}) == len(rows)


def test_all_five_requirement_documents_have_a_table() -> None:
    assert [title.partition(".")[0] for title in requirements()] == ["1", "2", "3", "4", "5"]


def terms() -> list[tuple[str, str, list[Path]]]:
    """The rows of the glossary: a term, its meaning, and the paths of where it is in the code."""
    page = ROOT / "docs" / "glossary.md"
    sections = page.read_text(encoding="utf-8").split("\n## ")[1:]
    rows = [row for section in sections for row in rows_of(section)]
    return [(term, meaning, [page.parent / path for path, _ in LINK.findall(where)]) for term, meaning, where in rows]


@pytest.mark.parametrize("row", terms(), ids=lambda row: row[0])
def test_every_term_has_a_meaning_and_a_place_in_the_code(row: tuple[str, str, list[Path]]) -> None:
    _, meaning, where = row
    assert meaning
    assert where
    assert [path for path in where if not path.exists()] == []


def test_every_term_is_explained_once() -> None:
    explained = [word.strip() for term, _, _ in terms() for word in term.split(",")]
    assert sorted(explained) == sorted(set(explained))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_name_no_command_that_does_not_exist(page: Path) -> None:
    named = set(re.findall(r"\./dev ([a-z][a-z-]*)", page.read_text(encoding="utf-8")))
    assert named <= COMMANDS.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_name_no_test_that_does_not_exist(page: Path) -> None:
    named = set(re.findall(r"`[\w/.]*\b(test_\w+)(?:\.py)?`", page.read_text(encoding="utf-8")))
    assert named <= names_of_tests()


@cache
def names_of_tests() -> set[str]:
    """Every test file, without its suffix, and every test function."""
    files = [*(ROOT / "tests").rglob("test_*.py")]
    functions = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))}
    return functions | {file.stem for file in files}
