from __future__ import annotations

import re

import pytest
from tests.unit.blueprint.trading_day import TradingDay

from tradewind.aws.table import Item, ItemKind
from tradewind_tools.blueprint.table import ITEMS, TABLE
from tradewind_tools.memory.table import INDEXES, MemoryTable


@pytest.fixture(scope="module")
def items(day: TradingDay) -> list[Item]:
    """Every item that was written during the day, in each of its versions."""
    assert isinstance(day.shop.table, MemoryTable)
    return [change.new_image for change in day.shop.table.stream if change.new_image]


def test_every_item_of_the_day_is_listed_with_all_its_keys(items: list[Item]) -> None:
    assert items
    assert {keys_of(item) for item in items if not any(describes(kind, item) for kind in ITEMS)} == set()


def test_every_listed_item_is_written_during_the_day(items: list[Item]) -> None:
    assert [kind.name for kind in ITEMS if not any(describes(kind, item) for item in items)] == []


def test_memory_table_has_the_same_indexes() -> None:
    assert tuple(index.name for index in TABLE.indexes) == INDEXES


def describes(kind: ItemKind, item: Item) -> bool:
    listed = (kind.partition, kind.sort, *(f"{kind.gsi1} / ".split(" / ")[:2]), *(f"{kind.gsi2} / ".split(" / ")[:2]))
    return all(re.fullmatch(_pattern(key), value) for key, value in zip(listed, keys_of(item), strict=True) if value)


def keys_of(item: Item) -> tuple[str, ...]:
    """The keys in the table, in GSI1 and in GSI2; empty where the item is in no index."""
    return tuple(item.get(name, "") for name in ("PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"))


def _pattern(key: str) -> str:
    return re.sub(r"<[^>]+>", ".+", key)
