from __future__ import annotations

import pytest

from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.low_stock_invariants import check_commit, find_violations

FEW = 5


def stock(available: int, *, is_told: bool = False) -> Item:
    return {"SK": "STOCK#main#000000", "variantId": "mug", "available": available, "sold": 1, "lowReported": is_told}


def told(available: int) -> TableChange:
    data = {"variantId": "mug", "available": available}
    return TableChange("INSERT", {"SK": "EVENT#1", "type": "StockLow", "data": data}, None)


MARK = TableChange("MODIFY", stock(5, is_told=True), stock(5))


@pytest.mark.parametrize("records", [[MARK, told(5)], [TableChange("MODIFY", stock(5), stock(6))], []])
def test_event_with_its_mark_is_no_violation(records: list[TableChange]) -> None:
    assert list(check_commit(records, FEW)) == []


@pytest.mark.parametrize("records", [[MARK], [told(5)], [MARK, told(6)]])
def test_event_or_mark_alone_or_at_more_units_is_a_violation(records: list[TableChange]) -> None:
    assert len(list(check_commit(records, FEW))) == 1


def test_at_rest_whoever_was_sold_down_to_few_units_was_told_of() -> None:
    assert list(find_violations([stock(6), stock(5, is_told=True)], FEW)) == []
    assert list(find_violations([stock(5)], FEW)) == ["mug was sold down to 5 units, and nobody was told"]
