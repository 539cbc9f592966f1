from __future__ import annotations

import pytest
from tests.fakes import ADMIN_ID, FakeClock

from tradewind.aws.table import ConditionFailed, Update, query_all
from tradewind.inventory import store
from tradewind.inventory.model import MovementKind, Stock
from tradewind.inventory.public import opening, removal, stock_from, stock_key
from tradewind_tools.memory.table import MemoryTable


@pytest.fixture
def table() -> MemoryTable:
    table = MemoryTable()
    table.transact(opening("shirt", 12, by=ADMIN_ID, clock=FakeClock()))
    return table


def test_the_opening_stock_is_its_first_movement(table: MemoryTable) -> None:
    item = table.get(stock_key("shirt"))
    assert item
    assert stock_from(item) == Stock(product_id="shirt", available=12, reserved=0, sold=0, version=1)
    [moved] = [store.movement_from(each) for each in query_all(table, store.movements("shirt"))]
    assert (moved.change, moved.kind, moved.by) == (12, MovementKind.OPENING, ADMIN_ID)


def test_every_attribute_that_a_condition_tests_is_written(table: MemoryTable) -> None:
    item = table.get(stock_key("shirt"))
    assert item
    assert {"available", "reserved", "sold", "version"} <= item.keys()


def test_stock_is_opened_once(table: MemoryTable) -> None:
    with pytest.raises(ConditionFailed):
        table.transact(opening("shirt", 1, by=ADMIN_ID, clock=FakeClock(seed=1)))


def test_stock_that_no_order_holds_can_go(table: MemoryTable) -> None:
    table.write(removal("shirt"))
    table.write(removal("postage"))
    assert table.get(stock_key("shirt")) is None


@pytest.mark.parametrize("taken", ["reserved", "sold"])
def test_stock_that_an_order_took_stays(table: MemoryTable, taken: str) -> None:
    table.write(Update(stock_key("shirt"), add={"available": -1, taken: 1, "version": 1}))
    with pytest.raises(ConditionFailed):
        table.write(removal("shirt"))
