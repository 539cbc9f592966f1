from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools.exports import architecture
from tradewind_tools.exports.architecture import PAGE, UnknownBlock
from tradewind_tools.exports.reference import COMMAND

BLOCK = "Above.\n\n<!-- generated: imports -->\nold\n<!-- end -->\n\nBelow.\n"


def test_the_committed_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == architecture.renewed(page), f"docs/architecture.md is stale: run {COMMAND}"


def test_every_block_stands_in_the_page_once() -> None:
    assert sorted(architecture.names(PAGE.read_text(encoding="utf-8"))) == sorted(architecture.blocks())


def test_only_what_is_between_the_marks_is_made_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(BLOCK, encoding="utf-8")
    architecture.write(page)
    made = architecture.blocks()["imports"]()
    assert page.read_text(encoding="utf-8") == BLOCK.replace("old", made)


def test_a_block_that_nothing_makes_is_named() -> None:
    with pytest.raises(UnknownBlock, match="'moods'"):
        architecture.renewed(BLOCK.replace("imports", "moods"))
