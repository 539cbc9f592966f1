"""What the table in memory has beyond the contract: its stream, and requests that only DynamoDB itself refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.aws.table import (
    AtLeast,
    Check,
    ConditionFailed,
    Delete,
    Key,
    OneOf,
    Present,
    Put,
    Query,
    Update,
    query_all,
)
from tradewind_tools.memory.table import MemoryTable, TableChange

KEY = Key("PRODUCT#shirt", "STOCK")
STOCK = {"PK": KEY.pk, "SK": KEY.sk, "available": 1}

SORT_KEYS = st.lists(st.text("ab#é", min_size=1, max_size=4), unique=True, max_size=20)


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def test_stream_has_every_change_in_order(table: MemoryTable) -> None:
    table.write(Put(STOCK))
    table.write(Update(KEY, add={"available": 2}))
    table.write(Delete(KEY))
    assert table.stream == [
        TableChange("INSERT", STOCK, None),
        TableChange("MODIFY", STOCK | {"available": 3}, STOCK),
        TableChange("REMOVE", None, STOCK | {"available": 3}),
    ]


def test_stream_has_one_change_for_each_item_of_a_transaction(table: MemoryTable) -> None:
    table.transact([Put(STOCK), Put({"PK": "A", "SK": "1"})])
    assert [record.new_image for record in table.stream] == [STOCK, {"PK": "A", "SK": "1"}]


def test_write_that_changes_nothing_is_not_in_the_stream(table: MemoryTable) -> None:
    table.write(Put(STOCK))
    table.write(Put(STOCK))
    table.write(Update(KEY, {"available": 1}))
    table.write(Delete(Key("A", "1")))
    table.transact([Check(KEY, when=(Present(),))])
    assert [record.event_name for record in table.stream] == ["INSERT"]


def test_refused_write_is_not_in_the_stream(table: MemoryTable) -> None:
    with pytest.raises(ConditionFailed):
        table.transact([Put(STOCK), Delete(Key("A", "1"), when=(Present(),))])
    assert table.stream == []


def test_images_are_copies(table: MemoryTable) -> None:
    table.write(Put(STOCK | {"tags": ["blue"]}))
    encode_item = table.stream[0].new_image or {}
    encode_item["tags"].append("red")
    assert (table.get(KEY) or {})["tags"] == ["blue"]


@pytest.mark.parametrize(
    "update",
    [
        Update(KEY, {"a": 1}, {"a": 1}),
        Update(KEY, {"a": 1}, remove=("a",)),
        Update(KEY, set_once={"a": 1}, add={"a": 1}),
    ],
    ids=["set and add", "set and remove", "set once and add"],
)
def test_attribute_cannot_be_changed_twice_in_one_update(table: MemoryTable, update: Update) -> None:
    with pytest.raises(ValueError, match="once"):
        table.write(update)


@pytest.mark.parametrize(
    "query", [Query("A", where=(Present(),)), Query("A", index="GSI1", where=(Present("GSI1SK"),))]
)
def test_filter_cannot_look_at_the_key(table: MemoryTable, query: Query) -> None:
    with pytest.raises(ValueError, match="key"):
        table.query(query)


def test_one_of_takes_at_most_a_hundred_values(table: MemoryTable) -> None:
    with pytest.raises(ValueError, match="100"):
        table.write(Put(STOCK, when=(OneOf("available", tuple(range(101))),)))


def test_one_of_may_have_a_hundred_values(table: MemoryTable) -> None:
    table.write(Put(STOCK))
    table.write(Put(STOCK | {"sold": 1}, when=(OneOf("available", tuple(range(100))),)))
    assert (table.get(KEY) or {})["sold"] == 1


def test_equal_sort_keys_of_an_index_are_ordered_by_primary_key(table: MemoryTable) -> None:
    for number in "201":
        table.write(Put({"PK": number, "SK": "X", "GSI1PK": "A", "GSI1SK": "same"}))
    assert [item["PK"] for item in query_all(table, Query("A", index="GSI1"))] == ["0", "1", "2"]


@given(keys=SORT_KEYS, limit=st.integers(1, 7), descending=st.booleans(), begins=st.text("ab#é", max_size=2))
def test_pages_have_each_item_once_and_in_order(keys: list[str], limit: int, descending: bool, begins: str) -> None:  # noqa: FBT001
    table = MemoryTable()
    for key in keys:
        table.write(Put({"PK": "A", "SK": key}))
    found = query_all(table, Query("A", begins=begins, limit=limit, descending=descending))
    expected = sorted((key for key in keys if key.startswith(begins)), reverse=descending)
    assert [item["SK"] for item in found] == expected


@given(prices=st.lists(st.integers(0, 9), max_size=30), limit=st.integers(1, 5), floor=st.integers(0, 9))
def test_filtered_pages_lose_nothing(prices: list[int], limit: int, floor: int) -> None:
    table = MemoryTable()
    for number, price in enumerate(prices):
        table.write(Put({"PK": str(number), "SK": "X", "GSI2PK": "A", "GSI2SK": str(price), "price": price}))
    found = query_all(table, Query("A", index="GSI2", limit=limit, where=(AtLeast("price", floor),)))
    assert [item["price"] for item in found] == sorted(price for price in prices if price >= floor)
