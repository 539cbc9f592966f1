from __future__ import annotations

import re

from tests.unit.blueprint.trading_day import TradingDay

from tradewind_tools.blueprint.table import ITEMS, TABLE, ItemKind
from tradewind_tools.memory.table import INDEXES, MemoryTable


def test_every_item_of_the_day_is_listed(day: TradingDay) -> None:
    assert isinstance(day.shop.table, MemoryTable)
    keys = {(str(r.new_image["PK"]), str(r.new_image["SK"])) for r in day.shop.table.stream if r.new_image}
    unlisted = {key for key in keys if not any(matches(kind, *key) for kind in ITEMS)}
    assert keys
    assert not unlisted


def test_every_listed_item_is_written_during_the_day(day: TradingDay) -> None:
    assert isinstance(day.shop.table, MemoryTable)
    keys = {(str(r.new_image["PK"]), str(r.new_image["SK"])) for r in day.shop.table.stream if r.new_image}
    assert not [kind.name for kind in ITEMS if not any(matches(kind, *key) for key in keys)]


def test_memory_table_has_the_same_indexes() -> None:
    assert tuple(index.name for index in TABLE.indexes) == INDEXES


def matches(kind: ItemKind, partition: str, sort: str) -> bool:
    return bool(re.fullmatch(_pattern(kind.partition), partition) and re.fullmatch(_pattern(kind.sort), sort))


def _pattern(key: str) -> str:
    return re.sub(r"<[^>]+>", ".+", key)
