from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.aws.table import ConditionFailed
from tradewind.cart import store
from tradewind.cart.model import KEPT_FOR, MAX_QUANTITY, CartLine
from tradewind_tools.memory.table import MemoryTable

USER = "01KAJ0CSTMR000000000000001"

UNITS = st.integers(1, 50)
CHANGES = st.lists(st.tuples(st.sampled_from(["add", "set", "remove"]), UNITS), max_size=20)


def only_line(table: MemoryTable) -> CartLine:
    [line] = store.lines(table, USER)
    return line


def test_a_line_begins_with_its_first_addition() -> None:
    table = MemoryTable()
    table.write(store.addition(USER, "shirt", 3, START))
    assert only_line(table) == CartLine("shirt", quantity=3, added_at=START, updated_at=START, version=1)


def test_each_change_renews_how_long_a_line_is_kept() -> None:
    table, later = MemoryTable(), START + timedelta(days=29)
    table.write(store.addition(USER, "shirt", 3, START))
    added = table.get(store.key(USER, "shirt")) or {}
    table.write(store.change(USER, "shirt", 2, later))
    changed = table.get(store.key(USER, "shirt")) or {}
    assert added["expiresAt"] == int((START + KEPT_FOR).timestamp())
    assert changed["expiresAt"] == int((later + KEPT_FOR).timestamp())
    assert (only_line(table).added_at, only_line(table).updated_at) == (START, later)


@given(CHANGES)
def test_any_order_of_changes_adds_up(changes: list[tuple[str, int]]) -> None:
    table = MemoryTable()
    quantity = version = 0
    for kind, units in changes:
        if kind == "remove":
            table.write(store.removal(USER, "shirt"))
            quantity = version = 0
        elif kind == "add":
            table.write(store.addition(USER, "shirt", units, START))
            quantity, version = quantity + units, version + 1
        elif quantity:
            table.write(store.change(USER, "shirt", units, START))
            quantity, version = units, version + 1
    expected = [(quantity, version)] if quantity else []
    assert [(line.quantity, line.version) for line in store.lines(table, USER)] == expected


@given(st.lists(st.integers(1, MAX_QUANTITY), min_size=1, max_size=6))
def test_a_line_never_holds_more_than_it_may(additions: list[int]) -> None:
    table, quantity = MemoryTable(), 0
    for units in additions:
        if quantity + units <= MAX_QUANTITY:
            table.write(store.addition(USER, "shirt", units, START))
            quantity += units
        else:
            with pytest.raises(ConditionFailed):
                table.write(store.addition(USER, "shirt", units, START))
    assert only_line(table).quantity == quantity


def test_what_is_not_in_the_cart_cannot_be_changed() -> None:
    table = MemoryTable()
    with pytest.raises(ConditionFailed):
        table.write(store.change(USER, "shirt", 2, START))
    assert store.lines(table, USER) == []


def test_lines_stand_in_the_order_in_which_they_were_added() -> None:
    table = MemoryTable()
    for minutes, product_id in enumerate(["socks", "hat", "shirt"]):
        table.write(store.addition(USER, product_id, 1, START + timedelta(minutes=minutes)))
    table.write(store.addition(USER, "socks", 1, START + timedelta(hours=1)))
    assert [line.product_id for line in store.lines(table, USER)] == ["socks", "hat", "shirt"]


def test_a_cart_is_its_own_customers() -> None:
    table = MemoryTable()
    table.write(store.addition(USER, "shirt", 1, START))
    assert store.lines(table, "01KAJ0CSTMR000000000000002") == []
