"""The table in memory: behaves as DynamoDB does, for every write and query of `tradewind.aws.table`.

`tests/contract/test_table.py` holds it and the production table to the same behaviour. What DynamoDB refuses as
invalid is a ValueError or TypeError here; it is stricter than the local cloud where that lets invalid requests pass.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Final, Literal, NamedTuple, TypeAlias

from tradewind.aws.table import (
    MAX_TRANSACTION_WRITES,
    Check,
    ConditionFailed,
    Delete,
    Item,
    Key,
    Put,
    Query,
    QueryResult,
    Update,
    Write,
)
from tradewind_tools.memory.attribute_values import copy_as_stored, is_surely_within, item_size_bytes
from tradewind_tools.memory.evaluation import all_hold, apply_write, attributes_of

INDEXES: Final = ("GSI1", "GSI2")
MAX_ITEM_BYTES: Final = 400 * 1024
MAX_TRANSACTION_BYTES: Final = 4 * 1024 * 1024
MAX_PAGE_BYTES: Final = 1024 * 1024

_INDEX_KEYS = tuple(f"{index}{part}" for index in INDEXES for part in ("PK", "SK"))
_LAST_CHARACTER = chr(0x10FFFF)

EventName: TypeAlias = Literal["INSERT", "MODIFY", "REMOVE"]


class TableChange(NamedTuple):
    """One change of one item, as the table's stream (NEW_AND_OLD_IMAGES) shows it."""

    event_name: EventName
    new_image: Item | None
    old_image: Item | None


class MemoryTable:
    """A `tradewind.aws.table.Table`; `stream` lists every change in the order in which it was made.

    Thread-safe. Every read is consistent, of indexes, too.
    """

    def __init__(self) -> None:
        self.stream: list[TableChange] = []
        self._items: dict[Key, Item] = {}
        self._sizes_bytes: dict[Key, int] = {}
        self._images: dict[Key, Item] = {}
        self._indexes = {name: _SortedIndex(name) for name in (None, *INDEXES)}
        self._lock = Lock()

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        return self.get_many([key], consistent=consistent).get(key)

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:  # noqa: ARG002 - it always is
        wanted = [_check_key(key) for key in dict.fromkeys(keys)]
        with self._lock:
            return {key: copy_as_stored(self._items[key]) for key in wanted if key in self._items}

    def query(self, query: Query) -> QueryResult:
        index = self._index_of(query)
        _check_query(query, index)
        with self._lock:
            return self._page(query, index)

    def write(self, write: Put | Update | Delete) -> Item | None:
        [item] = self._perform([write])
        return copy_as_stored(item) if item is not None and isinstance(write, Update) else None

    def transact(self, writes: Sequence[Write]) -> None:
        _check_transaction(writes)
        self._perform(writes)

    def apply(self, change: TableChange) -> None:
        """Make a change of another table here, too; it does not appear in `stream`."""
        image = change.new_image or change.old_image
        assert image  # noqa: S101 - a change has at least one image
        key = Key(image["PK"], image["SK"])
        with self._lock:
            self._replace(key, self._items.get(key), change.new_image)

    def all_items(self, begins: str = "") -> list[Item]:
        """All items whose sort key begins so, in any partition: a scan, for checks."""
        with self._lock:
            return [copy_as_stored(item) for key, item in self._items.items() if key.sk.startswith(begins)]

    def _perform(self, writes: Sequence[Write]) -> list[Item | None]:
        """Check every condition and compute every result before the first change is made."""
        keys = [_check_key(write.key) for write in writes]
        prepared = [_prepare(write) for write in writes]
        with self._lock:
            before = [self._items.get(key) for key in keys]
            _check_conditions(prepared, before)
            results = [_apply(write, item) for write, item in zip(prepared, before, strict=True)]
            for key, old, new in zip(keys, before, results, strict=True):
                self._replace(key, old, new)
                self._record_change(key, old, new)
        return results

    def _replace(self, key: Key, old: Item | None, new: Item | None) -> None:
        for index in self._indexes.values():
            index.move(old, new)
        self._sizes_bytes.pop(key, None)
        if new is None:
            self._items.pop(key, None)
        else:
            self._items[key] = new

    def _record_change(self, key: Key, old: Item | None, new: Item | None) -> None:
        """Append to `stream`; the copy of an item is its new image now, and the old image of its next change."""
        if new == old:
            return
        name: EventName = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        old_image = self._images.pop(key, None) or (old and copy_as_stored(old))
        if new is not None:
            self._images[key] = copy_as_stored(new)
        self.stream.append(TableChange(name, self._images.get(key), old_image))

    def _size_bytes(self, key: Key) -> int:
        """The size of an item, computed once for each version."""
        known = self._sizes_bytes.get(key)
        if known is None:
            known = self._sizes_bytes[key] = item_size_bytes(self._items[key])
        return known

    def _index_of(self, query: Query) -> _SortedIndex:
        if query.index not in self._indexes:
            raise ValueError(f"the table has no index {query.index!r}")
        return self._indexes[query.index]

    def _page(self, query: Query, index: _SortedIndex) -> QueryResult:
        read: list[Item] = []
        size_bytes = 0
        for place in index.places(query):
            item = self._items[place.key]
            size_bytes += self._size_bytes(place.key)
            if len(read) == query.limit or size_bytes > MAX_PAGE_BYTES:
                return QueryResult(_filter(read, query), index.key_attributes(read[-1]))
            read.append(item)
        is_full = len(read) == query.limit
        return QueryResult(_filter(read, query), index.key_attributes(read[-1]) if is_full else None)


class _Place(NamedTuple):
    """The position of an item in its partition of the table or of an index; equal sort keys go by primary key."""

    sort_key: str
    key: Key


class _SortedIndex:
    """The items of the table, or of one index, by partition and in the order of their sort keys."""

    def __init__(self, index: str | None) -> None:
        self.index = index
        self.names = (f"{index}PK", f"{index}SK") if index else ("PK", "SK")
        self._partitions: dict[str, list[_Place]] = {}

    def move(self, old: Item | None, new: Item | None) -> None:
        if old and new and self._key_of(old) == self._key_of(new):
            return
        if old and self._contains(old):
            self._remove(old)
        if new and self._contains(new):
            insort(self._partitions.setdefault(new[self.names[0]], []), self._place(new))

    def places(self, query: Query) -> Iterator[_Place]:
        """The places of one query in its order, after its `start`."""
        places = self._partitions.get(query.pk, [])
        first, end = _bounds(query, places)
        if query.start:
            start = self._place(query.start)
            if query.descending:
                end = min(end, bisect_left(places, start))
            else:
                first = max(first, bisect_right(places, start))
        numbers = range(first, end)
        yield from (places[number] for number in (reversed(numbers) if query.descending else numbers))

    def key_attributes(self, item: Item) -> Item:
        return {name: item[name] for name in dict.fromkeys(("PK", "SK", *self.names))}

    def _remove(self, item: Item) -> None:
        places = self._partitions[item[self.names[0]]]
        del places[bisect_left(places, self._place(item))]
        if not places:
            del self._partitions[item[self.names[0]]]

    def _contains(self, item: Item) -> bool:
        return self.names[0] in item and self.names[1] in item

    def _key_of(self, item: Item) -> tuple[object, object]:
        return item.get(self.names[0]), item.get(self.names[1])

    def _place(self, item: Item) -> _Place:
        return _Place(item[self.names[1]], Key(item["PK"], item["SK"]))


def _bounds(query: Query, places: list[_Place]) -> tuple[int, int]:
    """The positions between which the sort keys fit the query."""
    low, high = query.between or (query.begins, query.begins + _LAST_CHARACTER)
    return bisect_left(places, low, key=_sort_key), bisect_right(places, high, key=_sort_key)


def _sort_key(place: _Place) -> str:
    return place.sort_key


def _filter(read: list[Item], query: Query) -> list[Item]:
    return [copy_as_stored(item) for item in read if all_hold(query.where, item)]


def _check_conditions(writes: Sequence[Write], before: Sequence[Item | None]) -> None:
    pairs = enumerate(zip(writes, before, strict=True))
    failed = tuple(position for position, (write, item) in pairs if not all_hold(write.when, item))
    if failed:
        raise ConditionFailed(failed)


def _apply(write: Write, before: Item | None) -> Item | None:
    """The item after the write; the item of a Put was checked by `_prepare`, that of a Check when it was written."""
    item = apply_write(write, before)
    return _check_item(item) if isinstance(write, Update) else item


def _check_key(key: Key) -> Key:
    if not all(key):
        raise ValueError(f"a key is two strings that are not empty, not {tuple(key)}")
    return key


def _check_item(item: Item | None) -> Item | None:
    if item is None:
        return None
    if not is_surely_within(MAX_ITEM_BYTES, item) and item_size_bytes(item) > MAX_ITEM_BYTES:
        raise ValueError(f"an item has at most {MAX_ITEM_BYTES} bytes, this one {item_size_bytes(item)}")
    for name in _INDEX_KEYS:
        if name in item and not (isinstance(item[name], str) and item[name]):
            raise ValueError(f"the index key {name} is a string that is not empty, not {item[name]!r}")
    return item


def _prepare(write: Write) -> Write:
    """The write with a copy of its item. Raises ValueError or TypeError, whether or not its conditions hold."""
    attributes_of(write.when)
    if not isinstance(write, Put):
        return write
    item = copy_as_stored(write.item)
    _check_item(item)
    return Put(item, write.when)


def _check_transaction(writes: Sequence[Write]) -> None:
    if len(writes) > MAX_TRANSACTION_WRITES:
        raise ValueError(f"a transaction has at most {MAX_TRANSACTION_WRITES} writes, this one {len(writes)}")
    if len({write.key for write in writes}) < len(writes):
        raise ValueError("a transaction cannot write one item twice")
    if any(isinstance(write, Check) and not write.when for write in writes):
        raise ValueError("a check has a condition")
    items = [write.item for write in writes if isinstance(write, Put)]
    if not is_surely_within(MAX_TRANSACTION_BYTES, *items) and sum(map(item_size_bytes, items)) > MAX_TRANSACTION_BYTES:
        raise ValueError(f"a transaction has at most {MAX_TRANSACTION_BYTES} bytes")


def _check_query(query: Query, index: _SortedIndex) -> None:
    if not query.pk:
        raise ValueError("a query names a partition")
    if query.between and not all(query.between):
        raise ValueError("a bound is a string that is not empty")
    if query.limit is not None and query.limit < 1:
        raise ValueError("a page has at least one item")
    if query.between and query.between[0] > query.between[1]:
        raise ValueError("the lower bound is above the upper one")
    if query.index and query.consistent:
        raise ValueError("an index cannot be read consistently")
    if attributes_of(query.where) & set(index.names):
        raise ValueError("a filter cannot look at the key of what it reads")
    _check_start(query, index)


def _check_start(query: Query, index: _SortedIndex) -> None:
    if query.start is None:
        return
    if set(query.start) != {"PK", "SK", *index.names} or query.start[index.names[0]] != query.pk:
        raise ValueError("the page does not start in what is read")
