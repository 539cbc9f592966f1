from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.aws.table import ConditionFailed
from tradewind.cart.model import MAX_QUANTITY, RETENTION, CartLine
from tradewind.cart.reads import line_key, list_lines
from tradewind.cart.writes import (
    add_units,
    delete_line,
    delete_ordered_line,
    delete_unchanged_line,
    set_quantity,
    take_ordered_units,
)
from tradewind_tools.memory.table import MemoryTable

USER = "01KAJ0CSTMR000000000000001"
LATER = START + timedelta(seconds=1)

UNITS = st.integers(1, 50)
CHANGES = st.lists(st.tuples(st.sampled_from(["add", "set", "remove"]), UNITS), max_size=20)


def only_line(table: MemoryTable) -> CartLine:
    [line] = list_lines(table, USER)
    return line


def test_a_line_begins_with_its_first_addition() -> None:
    table = MemoryTable()
    table.write(add_units(USER, "shirt", 3, START))
    assert only_line(table) == CartLine("shirt", quantity=3, added_at=START, updated_at=START, version=1)


def test_each_change_extends_how_long_a_line_is_kept() -> None:
    table, later = MemoryTable(), START + timedelta(days=29)
    table.write(add_units(USER, "shirt", 3, START))
    added = table.get(line_key(USER, "shirt")) or {}
    table.write(set_quantity(USER, "shirt", 2, later))
    changed = table.get(line_key(USER, "shirt")) or {}
    assert added["expiresAt"] == int((START + RETENTION).timestamp())
    assert changed["expiresAt"] == int((later + RETENTION).timestamp())
    assert (only_line(table).added_at, only_line(table).updated_at) == (START, later)


@given(CHANGES)
def test_quantity_and_version_add_up_after_any_changes(changes: list[tuple[str, int]]) -> None:
    table = MemoryTable()
    quantity = version = 0
    for kind, units in changes:
        if kind == "remove":
            table.write(delete_line(USER, "shirt"))
            quantity = version = 0
        elif kind == "add":
            table.write(add_units(USER, "shirt", units, START))
            quantity, version = quantity + units, version + 1
        elif quantity:
            table.write(set_quantity(USER, "shirt", units, START))
            quantity, version = units, version + 1
    expected = [(quantity, version)] if quantity else []
    assert [(line.quantity, line.version) for line in list_lines(table, USER)] == expected


@given(st.lists(st.integers(1, MAX_QUANTITY), min_size=1, max_size=6))
def test_a_line_never_holds_more_than_the_maximum(additions: list[int]) -> None:
    table, quantity = MemoryTable(), 0
    for units in additions:
        if quantity + units <= MAX_QUANTITY:
            table.write(add_units(USER, "shirt", units, START))
            quantity += units
        else:
            with pytest.raises(ConditionFailed):
                table.write(add_units(USER, "shirt", units, START))
    assert only_line(table).quantity == quantity


def test_setting_the_quantity_fails_when_there_is_no_line() -> None:
    table = MemoryTable()
    with pytest.raises(ConditionFailed):
        table.write(set_quantity(USER, "shirt", 2, START))
    assert list_lines(table, USER) == []


def test_lines_are_listed_in_the_order_in_which_they_were_added() -> None:
    table = MemoryTable()
    for minutes, product_id in enumerate(["socks", "hat", "shirt"]):
        table.write(add_units(USER, product_id, 1, START + timedelta(minutes=minutes)))
    table.write(add_units(USER, "socks", 1, START + timedelta(hours=1)))
    assert [line.variant_id for line in list_lines(table, USER)] == ["socks", "hat", "shirt"]


def test_a_cart_belongs_to_one_customer() -> None:
    table = MemoryTable()
    table.write(add_units(USER, "shirt", 1, START))
    assert list_lines(table, "01KAJ0CSTMR000000000000002") == []


@pytest.fixture
def table() -> MemoryTable:
    table = MemoryTable()
    table.write(add_units(USER, "shirt", 3, START))
    return table


def test_an_unchanged_line_is_deleted(table: MemoryTable) -> None:
    [line] = list_lines(table, USER)
    table.write(delete_unchanged_line(USER, line))
    assert list_lines(table, USER) == []


def test_a_line_that_changed_since_it_was_read_stays_even_at_the_same_quantity(table: MemoryTable) -> None:
    [line] = list_lines(table, USER)
    table.write(set_quantity(USER, "shirt", 3, LATER))
    with pytest.raises(ConditionFailed):
        table.write(delete_unchanged_line(USER, line))
    assert len(list_lines(table, USER)) == 1


def test_a_line_that_was_deleted_and_added_again_stays(table: MemoryTable) -> None:
    [line] = list_lines(table, USER)
    table.write(delete_unchanged_line(USER, line))
    table.write(add_units(USER, "shirt", 3, LATER))
    with pytest.raises(ConditionFailed):
        table.write(delete_unchanged_line(USER, line))
    assert [again.version for again in list_lines(table, USER)] == [line.version]


def test_deleting_an_unchanged_line_fails_when_it_is_gone(table: MemoryTable) -> None:
    [line] = list_lines(table, USER)
    table.write(delete_unchanged_line(USER, line))
    with pytest.raises(ConditionFailed):
        table.write(delete_unchanged_line(USER, line))


@pytest.mark.parametrize("until", [START, LATER])
def test_an_ordered_line_is_deleted(table: MemoryTable, until: datetime) -> None:
    table.write(delete_ordered_line(USER, "shirt", 3, until))
    assert list_lines(table, USER) == []


def test_an_ordered_line_with_more_than_was_ordered_stays(table: MemoryTable) -> None:
    with pytest.raises(ConditionFailed):
        table.write(delete_ordered_line(USER, "shirt", 2, LATER))
    assert len(list_lines(table, USER)) == 1


def test_an_ordered_line_that_changed_after_the_order_stays(table: MemoryTable) -> None:
    table.write(set_quantity(USER, "shirt", 3, LATER))
    with pytest.raises(ConditionFailed):
        table.write(delete_ordered_line(USER, "shirt", 3, START))
    assert len(list_lines(table, USER)) == 1


def test_ordered_units_leave_a_line_that_holds_more_once(table: MemoryTable) -> None:
    table.write(take_ordered_units(USER, "shirt", 2, START, START))
    with pytest.raises(ConditionFailed):
        table.write(take_ordered_units(USER, "shirt", 2, START, LATER))
    assert [line.quantity for line in list_lines(table, USER)] == [1]


def test_times_in_whole_seconds_sort_among_fractions() -> None:
    """`…05Z` would sort after `…05.5Z`: times of lines are written in one width."""
    table, whole = MemoryTable(), START.replace(microsecond=0)
    table.write(add_units(USER, "shirt", 3, whole))
    table.write(delete_ordered_line(USER, "shirt", 3, whole + timedelta(milliseconds=500)))
    assert list_lines(table, USER) == []
