from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.aws.table import AtLeast, Put, Query, QueryResult
from tradewind.edge.paging import read_page
from tradewind_tools.memory.table import MemoryTable


class CountingTable(MemoryTable):
    """Knows how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.queries = 0

    def query(self, query: Query) -> QueryResult:
        self.queries += 1
        return super().query(query)


def filled(prices: list[int], **attributes: Any) -> CountingTable:  # noqa: ANN401 - whatever an attribute can hold
    table = CountingTable()
    for number, price in enumerate(prices):
        sort_key = f"{number:05}"
        index = {"GSI1PK": "A", "GSI1SK": sort_key}
        table.write(Put({"PK": "A", "SK": sort_key, "price": price, **index, **attributes}))
    return table


def read_all(table: MemoryTable, query: Query, limit: int) -> list[list[int]]:
    pages = []
    while True:
        items, following = read_page(table, query, limit)
        pages.append([item["price"] for item in items])
        if following is None:
            return pages
        query = msgspec.structs.replace(query, start=following)


@pytest.mark.parametrize(("count", "sizes"), [(0, [0]), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2])])
def test_last_page_knows_that_it_is_the_last(count: int, sizes: list[int]) -> None:
    pages = read_all(filled(list(range(count))), Query("A"), 2)
    assert [len(page) for page in pages] == sizes


def test_page_is_one_round_trip() -> None:
    table = filled(list(range(50)))
    read_page(table, Query("A"), 20)
    assert table.queries == 1


@pytest.mark.parametrize("index", [None, "GSI1"])
def test_next_page_begins_after_the_last_item_shown(index: str | None) -> None:
    _, following = read_page(filled([1, 2, 3]), Query("A", index=index), 1)
    keys = {"PK": "A", "SK": "00000"}
    assert following == (keys | {"GSI1PK": "A", "GSI1SK": "00000"} if index else keys)


def test_page_is_full_even_if_a_filter_lets_little_pass() -> None:
    table = filled([1 if number % 100 == 0 else 0 for number in range(1000)])
    items, following = read_page(table, Query("A", where=(AtLeast("price", 1),)), 5)
    assert (len(items), table.queries) == (5, 3)
    assert following == {"PK": "A", "SK": "00400"}


def test_filter_that_lets_nothing_pass_gives_up_with_a_cursor_to_go_on() -> None:
    table = filled([0] * 2500)
    query = Query("A", where=(AtLeast("price", 1),))
    items, following = read_page(table, query, 5)
    assert (items, table.queries, following) == ([], 10, {"PK": "A", "SK": "01999"})
    assert read_page(table, msgspec.structs.replace(query, start=following), 5) == ([], None)


def test_page_goes_on_where_dynamodb_stopped_at_1_mb() -> None:
    table = filled(list(range(15)), text="x" * 200_000)
    items, following = read_page(table, Query("A"), 12)
    assert [item["price"] for item in items] == list(range(12))
    assert following == {"PK": "A", "SK": "00011"}


@given(
    prices=st.lists(st.integers(0, 3), max_size=40),
    limit=st.integers(1, 10),
    floor=st.integers(0, 4),
    descending=st.booleans(),
    index=st.sampled_from([None, "GSI1"]),
)
def test_pages_together_are_the_whole_list(
    *, prices: list[int], limit: int, floor: int, descending: bool, index: str | None
) -> None:
    query = Query("A", index=index, descending=descending, where=(AtLeast("price", floor),) if floor else ())
    pages = read_all(filled(prices), query, limit)
    expected = [price for price in (reversed(prices) if descending else prices) if price >= floor]
    assert [price for page in pages for price in page] == expected
    assert all(len(page) == limit for page in pages[:-1])
