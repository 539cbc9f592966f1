from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools.exports import architecture
from tradewind_tools.exports.architecture import PAGE
from tradewind_tools.exports.errors import UnknownBlock
from tradewind_tools.exports.reference import COMMAND

BLOCK = "Above.\n\n<!-- generated: imports -->\nold\n<!-- end -->\n\nBelow.\n"


def test_committed_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == architecture.renew(page), f"docs/architecture.md is stale: run {COMMAND}"


def test_page_has_every_block_once() -> None:
    assert sorted(architecture.block_names(PAGE.read_text(encoding="utf-8"))) == sorted(architecture.blocks())


def test_only_the_text_between_the_marks_is_renewed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(BLOCK, encoding="utf-8")
    architecture.write(page)
    made = architecture.blocks()["imports"]()
    assert page.read_text(encoding="utf-8") == BLOCK.replace("old", made)


def test_unknown_block_is_named_in_the_error() -> None:
    with pytest.raises(UnknownBlock, match="'moods'"):
        architecture.renew(BLOCK.replace("imports", "moods"))
