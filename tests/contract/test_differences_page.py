from __future__ import annotations

from pathlib import Path

from tests.contract import test_table
from tests.contract.differences import MOTO, reasons, table_of

PAGE = Path(__file__).parents[2] / "docs" / "local-cloud.md"


def test_page_shows_every_difference() -> None:
    assert table_of(MOTO) in PAGE.read_text()


def test_every_difference_is_of_a_test_of_the_contract() -> None:
    classes = [each for each in vars(test_table).values() if isinstance(each, type)]
    known = {name for each in classes for name in vars(each)}
    assert {test.partition("[")[0] for test in reasons(MOTO)} <= known
