"""A function that dies on its way: at any of its calls to the table, before it or after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from tradewind.aws.table import Delete, Item, Key, Put, Query, QueryResult, Table, Update, Write

_T = TypeVar("_T")


class Crash(Exception):
    """The function is no more."""


class Moment(NamedTuple):
    """A call, counted from 0, and on which side of it."""

    call: int
    is_after: bool


class DyingTable:
    """Passes every call on; at `moment` whoever calls dies."""

    def __init__(self, table: Table, moment: Moment | None = None) -> None:
        self.calls = 0
        self._table = table
        self._moment = moment

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        return self._call(lambda: self._table.get(key, consistent=consistent))

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        return self._call(lambda: self._table.get_many(keys, consistent=consistent))

    def query(self, query: Query) -> QueryResult:
        return self._call(lambda: self._table.query(query))

    def write(self, write: Put | Update | Delete) -> Item | None:
        return self._call(lambda: self._table.write(write))

    def transact(self, writes: Sequence[Write]) -> None:
        self._call(lambda: self._table.transact(writes))

    def _call(self, effect: Callable[[], _T]) -> _T:
        number, self.calls = self.calls, self.calls + 1
        if self._moment == (number, False):
            raise Crash
        result = effect()
        if self._moment == (number, True):
            raise Crash
        return result


def moments(calls: int) -> Iterator[Moment]:
    """Before and after each of so many calls."""
    return (Moment(call, is_after) for call in range(calls) for is_after in (False, True))
