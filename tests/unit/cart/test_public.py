from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.fakes import START

from tradewind.aws.table import ConditionFailed
from tradewind.cart import store
from tradewind.cart.public import emptying, lines, removal
from tradewind_tools.memory.table import MemoryTable

USER = "01KAJ0CSTMR000000000000001"
LATER = START + timedelta(seconds=1)


@pytest.fixture
def table() -> MemoryTable:
    table = MemoryTable()
    table.write(store.addition(USER, "shirt", 3, START))
    return table


def test_a_line_that_is_as_it_was_read_goes(table: MemoryTable) -> None:
    [line] = lines(table, USER)
    table.write(removal(USER, line))
    assert lines(table, USER) == []


def test_a_line_that_was_changed_since_stays_even_at_the_same_quantity(table: MemoryTable) -> None:
    [line] = lines(table, USER)
    table.write(store.change(USER, "shirt", 3, LATER))
    with pytest.raises(ConditionFailed):
        table.write(removal(USER, line))
    assert len(lines(table, USER)) == 1


def test_a_line_that_was_removed_and_added_again_is_another_one(table: MemoryTable) -> None:
    [line] = lines(table, USER)
    table.write(removal(USER, line))
    table.write(store.addition(USER, "shirt", 3, LATER))
    with pytest.raises(ConditionFailed):
        table.write(removal(USER, line))
    assert [again.version for again in lines(table, USER)] == [line.version]


def test_a_line_that_is_gone_cannot_be_ordered(table: MemoryTable) -> None:
    [line] = lines(table, USER)
    table.write(removal(USER, line))
    with pytest.raises(ConditionFailed):
        table.write(removal(USER, line))


@pytest.mark.parametrize("until", [START, LATER])
def test_an_ordered_line_is_emptied(table: MemoryTable, until: datetime) -> None:
    table.write(emptying(USER, "shirt", 3, until))
    assert lines(table, USER) == []


def test_a_line_that_holds_another_quantity_than_was_ordered_stays(table: MemoryTable) -> None:
    with pytest.raises(ConditionFailed):
        table.write(emptying(USER, "shirt", 2, LATER))
    assert len(lines(table, USER)) == 1


def test_a_line_that_was_changed_after_the_order_stays(table: MemoryTable) -> None:
    table.write(store.change(USER, "shirt", 3, LATER))
    with pytest.raises(ConditionFailed):
        table.write(emptying(USER, "shirt", 3, START))
    assert len(lines(table, USER)) == 1


def test_whole_seconds_compare_with_fractions_of_them() -> None:
    """`…05Z` would sort after `…05.5Z`: times of lines are written in one width."""
    table, whole = MemoryTable(), START.replace(microsecond=0)
    table.write(store.addition(USER, "shirt", 3, whole))
    table.write(emptying(USER, "shirt", 3, whole + timedelta(milliseconds=500)))
    assert lines(table, USER) == []
