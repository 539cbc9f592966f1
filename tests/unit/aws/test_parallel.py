from __future__ import annotations

from threading import Barrier

import pytest

from tradewind.aws.parallel import query_at_once
from tradewind.aws.table import Put, Query, QueryResult, TableBusy
from tradewind_tools.memory.table import MemoryTable

PARTITIONS = [f"P{number}" for number in range(16)]


class MeetingTable(MemoryTable):
    """Answers no query before all have been asked; one that is asked alone fails."""

    def __init__(self) -> None:
        super().__init__()
        self._barrier = Barrier(len(PARTITIONS), timeout=30)

    def query(self, query: Query) -> QueryResult:
        self._barrier.wait()
        return super().query(query)


def test_queries_are_asked_at_the_same_time_and_answered_in_their_order() -> None:
    table = MeetingTable()
    for name in PARTITIONS:
        table.write(Put({"PK": name, "SK": "A"}))
    pages = query_at_once(table, [Query(name) for name in PARTITIONS])
    assert [page.items[0]["PK"] for page in pages] == PARTITIONS


class BusyTable(MemoryTable):
    def query(self, query: Query) -> QueryResult:
        if query.pk == PARTITIONS[3]:
            raise TableBusy("busy")
        return super().query(query)


def test_fault_of_one_query_is_raised() -> None:
    with pytest.raises(TableBusy):
        query_at_once(BusyTable(), [Query(name) for name in PARTITIONS])
