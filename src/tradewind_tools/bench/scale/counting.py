"""A table in memory that counts round trips and capacity as DynamoDB bills them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from tradewind.aws.table import Delete, Item, Key, Put, Query, QueryResult, Update, Write
from tradewind_tools.memory.attribute_values import item_size_bytes
from tradewind_tools.memory.table import MemoryTable

_READ_UNIT_BYTES = 4_096
_WRITE_UNIT_BYTES = 1_024
_KEYS_PER_BATCH = 100


class Cost(NamedTuple):
    """Round trips, and read and write units together."""

    round_trips: int = 0
    units: float = 0.0

    def plus(self, round_trips: int, units: float) -> Cost:
        return Cost(self.round_trips + round_trips, self.units + units)


class CountingTable(MemoryTable):
    """`cost` is what was asked since it was last set.

    Reads are rounded up to 4 KB, by item or by query, and cost half where they need not be consistent; writes are
    rounded up to 1 KB and cost twice in a transaction; what an index takes is left out.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    """

    def __init__(self) -> None:
        super().__init__()
        self.cost = Cost()

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(dict.fromkeys(keys))
        found = super().get_many(wanted, consistent=consistent)
        units = sum(_read_units(item_size_bytes(item)) for item in found.values()) + len(wanted) - len(found)
        self.cost = self.cost.plus(-(-len(wanted) // _KEYS_PER_BATCH), units * _share(consistent=consistent))
        return found

    def query(self, query: Query) -> QueryResult:
        read = super().query(msgspec.structs.replace(query, where=())).items
        units = _read_units(sum(map(item_size_bytes, read))) * _share(consistent=query.consistent)
        self.cost = self.cost.plus(1, units)
        return super().query(query)

    def write(self, write: Put | Update | Delete) -> Item | None:
        item = super().write(write)
        self.cost = self.cost.plus(1, _write_units(write))
        return item

    def transact(self, writes: Sequence[Write]) -> None:
        super().transact(writes)
        self.cost = self.cost.plus(1, sum(2 * _write_units(write) for write in writes))


def _read_units(size_bytes: int) -> int:
    return max(1, -(-size_bytes // _READ_UNIT_BYTES))


def _write_units(write: Write) -> int:
    size_bytes = item_size_bytes(write.item) if isinstance(write, Put) else 1
    return max(1, -(-size_bytes // _WRITE_UNIT_BYTES))


def _share(*, consistent: bool) -> float:
    return 1.0 if consistent else 0.5
