"""Queries of an index: each of its partitions is kept in order, instead of being sorted anew by every query."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final, NamedTuple, TypeAlias

Request: TypeAlias = dict[str, Any]
StoredTable: TypeAlias = dict[str, Any]
Order: TypeAlias = tuple[Any, ...]
"""The sort key in the index, and the keys in the table: what MiniStack sorts by."""

_MEMBERS: Final = "_index_members"
_BETWEEN = re.compile(r"AND (?P<key>\S+) BETWEEN (?P<low>\S+) AND (?P<high>\S+)$")
_BEGINS = re.compile(r"AND begins_with\((?P<key>[^,]+), (?P<low>[^)]+)\)$")
_LAST_CHARACTER: Final = chr(0x10FFFF)
_PAGE_BYTES: Final = 1_048_576


class Member(NamedTuple):
    """An item of an index, and where the table has it."""

    order: Order
    base: tuple[Any, Any]


class Span(NamedTuple):
    """What one query may have to look at, in its order."""

    low: str
    high: str
    start: Order | None
    descending: bool
    limit: int | None


class SortedPartition:
    """The members of one partition of an index; iterating gives those that the present query may have to look at."""

    def __init__(self, queries: IndexQueries, table: StoredTable) -> None:
        self.members: list[Member] = []
        self._queries = queries
        self._table = table

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        span = self._queries.span
        members = self.members if span is None else self._within(span)
        return iter([member.base for member in members])

    def _within(self, span: Span) -> list[Member]:
        first = bisect_left(self.members, span.low, key=_sort_key)
        end = bisect_right(self.members, span.high, key=_sort_key)
        if span.start is not None and span.descending:
            end = min(end, bisect_left(self.members, span.start, key=_order))
        elif span.start is not None:
            first = max(first, bisect_right(self.members, span.start, key=_order))
        return self._one_page(range(first, end)[::-1] if span.descending else range(first, end), span.limit)

    def _one_page(self, numbers: range, limit: int | None) -> list[Member]:
        """One member more than a page has: by that MiniStack sees that something follows."""
        found: list[Member] = []
        size_bytes = 0
        for number in numbers[: None if limit is None else limit + 1]:
            member = self.members[number]
            found.append(member)
            size_bytes += self._queries.size_bytes(self._table, member)
            if size_bytes > _PAGE_BYTES:
                break
        return found


class IndexQueries:
    """Keeps MiniStack's indexes in order, and tells them what the query that is being answered asks for."""

    def __init__(self, dynamodb: ModuleType) -> None:
        self.span: Span | None = None
        self._dynamodb = dynamodb
        self._query = dynamodb._query  # noqa: SLF001 - there is no other way in, here and below

    def query(self, request: Request) -> object:
        table = self._dynamodb._tables.get(request.get("TableName"))  # noqa: SLF001
        span = None if table is None else self._span_of(request, table)
        with self._narrowed_to(span):
            return self._query(request)

    def members_of(self, table: StoredTable) -> dict[str, dict[Any, SortedPartition]]:
        members: dict[str, dict[Any, SortedPartition]] | None = table.get(_MEMBERS)
        if members is None:
            members = table[_MEMBERS] = {name: {} for name, _, _ in self._indexes(table)}
            for base_pk, items in table["items"].items():
                for base_sk, item in items.items():
                    self.move(table, base_pk, base_sk, item, True)
        return members

    def move(self, table: StoredTable, base_pk: object, base_sk: object, item: Request, add: bool) -> None:  # noqa: FBT001 - likewise
        """Put an item into the indexes that have it, or take it out."""
        members = table.get(_MEMBERS)
        if members is None:
            return
        if any(name not in members for name, _, _ in self._indexes(table)):
            del table[_MEMBERS]
            return
        for name, hashes, ranges in self._indexes(table):
            partition = self._dynamodb._index_partition(item, hashes, ranges)  # noqa: SLF001
            if partition is not None:
                member = Member(self._order_of(table, item, ranges), (base_pk, base_sk))
                _move(members[name], partition, member, SortedPartition(self, table), is_new=add)

    def size_bytes(self, table: StoredTable, member: Member) -> int:
        base_pk, base_sk = member.base
        size: int = self._dynamodb._item_size_bytes(table["items"][base_pk][base_sk])  # noqa: SLF001
        return size

    @contextmanager
    def _narrowed_to(self, span: Span | None) -> Iterator[None]:
        self.span = span
        try:
            yield
        finally:
            self.span = None

    def _span_of(self, request: Request, table: StoredTable) -> Span | None:
        """None for a query that is not of the form that the shop's table writes: that one looks at everything."""
        index = next((each for each in self._indexes(table) if each[0] == request.get("IndexName")), None)
        bounds = _bounds(request)
        if index is None or bounds is None or not self._is_by_text(table, index[2]):
            return None
        start = request.get("ExclusiveStartKey")
        return Span(
            *bounds,
            start=self._order_of(table, start, index[2]) if start else None,
            descending=not request.get("ScanIndexForward", True),
            limit=request.get("Limit"),
        )

    def _is_by_text(self, table: StoredTable, ranges: list[str]) -> bool:
        return len(ranges) == 1 and self._dynamodb._get_attr_type(table, ranges[0]) == "S"  # noqa: SLF001

    def _indexes(self, table: StoredTable) -> list[tuple[str, list[str], list[str]]]:
        return list(self._dynamodb._index_key_schemas(table))  # noqa: SLF001

    def _order_of(self, table: StoredTable, item: Request, ranges: list[str]) -> Order:
        keys = self._dynamodb._index_order_keys(table, ranges)  # noqa: SLF001
        return tuple(self._dynamodb._index_order_value(item, name, kind) for name, kind in keys)  # noqa: SLF001


def keep_indexes_in_order(dynamodb: ModuleType) -> None:
    """Answer a page of an index by looking at that page alone.

    MiniStack sorts a whole partition for every query and evaluates its condition for each item, so that a page of a
    list takes longer the longer the list is.
    """
    queries = IndexQueries(dynamodb)
    dynamodb._index_members = queries.members_of  # type: ignore[attr-defined] # noqa: SLF001
    dynamodb._index_item = queries.move  # type: ignore[attr-defined] # noqa: SLF001
    dynamodb._query = queries.query  # type: ignore[attr-defined] # noqa: SLF001


def _move(
    partitions: dict[Any, SortedPartition], partition: object, member: Member, empty: SortedPartition, *, is_new: bool
) -> None:
    if is_new:
        insort(partitions.setdefault(partition, empty).members, member)
        return
    members = partitions[partition].members if partition in partitions else []
    number = bisect_left(members, member)
    if number < len(members) and members[number] == member:
        del members[number]
    if not members:
        partitions.pop(partition, None)


def _bounds(request: Request) -> tuple[str, str] | None:
    """Between which sort keys the query looks."""
    condition, values = request.get("KeyConditionExpression", ""), request.get("ExpressionAttributeValues", {})
    if " AND " not in condition:
        return "", _LAST_CHARACTER
    if between := _BETWEEN.search(condition):
        low, high = values.get(between["low"], {}).get("S"), values.get(between["high"], {}).get("S")
        return (low, high) if low is not None and high is not None else None
    begins = _BEGINS.search(condition)
    low = values.get(begins["low"], {}).get("S") if begins else None
    return (low, low + _LAST_CHARACTER) if low is not None else None


def _sort_key(member: Member) -> str:
    key: str = member.order[0]
    return key


def _order(member: Member) -> Order:
    return member.order
