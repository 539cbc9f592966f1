from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.fakes import ADMIN_ID, make_shop

from tradewind.aws.events import timeline
from tradewind.aws.table import AtLeast, Update, Write
from tradewind.inventory.low_stock import lift_low_stock, report_low_stock
from tradewind.inventory.reads import stock_key
from tradewind.inventory.writes import open_stock
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import product_partition
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

SHIRT = "shirt"


class BusyTable(MemoryTable):
    """Something else happens just before the first transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Update | None = None
        self.writes = 0

    def transact(self, writes: Sequence[Write]) -> None:
        if self.before:
            happening, self.before = self.before, None
            self.write(happening)
        self.writes += len(writes)
        super().transact(writes)


@pytest.fixture
def table() -> BusyTable:
    return BusyTable()


@pytest.fixture
def shop(table: BusyTable) -> Shop:
    shop = make_shop(table=table)
    for put in open_stock(SHIRT, 10, by=ADMIN_ID, clock=shop.clock):
        shop.table.write(put)
    return shop


def taken(units: int) -> Update:
    """Units are sold, or come back when they are negative."""
    return Update(stock_key(SHIRT), add={"available": -units, "version": 1}, when=(AtLeast("available", units),))


def report(shop: Shop) -> None:
    report_low_stock([SHIRT], "order-1", shop)


def sell(units: int, shop: Shop) -> None:
    shop.table.write(taken(units))
    report(shop)


def low_events(shop: Shop) -> list[Event]:
    return [event for event in timeline(shop.table, product_partition(SHIRT)) if event.type == "StockLow"]


def low_levels(shop: Shop) -> list[int]:
    return [event.data["available"] for event in low_events(shop)]


def test_a_sale_that_leaves_few_units_has_an_event(shop: Shop) -> None:
    sell(5, shop)
    (low,) = low_events(shop)
    assert (low.aggregate_id, low.correlation_id, low.data) == (
        SHIRT,
        "order-1",
        {"productId": SHIRT, "variantId": SHIRT, "available": 5},
    )


def test_a_sale_that_leaves_more_writes_nothing(shop: Shop, table: BusyTable) -> None:
    sell(4, shop)
    assert (low_events(shop), table.writes) == ([], 0)


def test_a_repeated_report_records_nothing(shop: Shop, table: BusyTable) -> None:
    sell(5, shop)
    writes = table.writes
    report(shop)
    sell(2, shop)
    assert (low_levels(shop), table.writes) == ([5], writes)


def test_two_reports_at_once_record_one_event(shop: Shop, table: BusyTable) -> None:
    shop.table.write(taken(6))
    table.before = Update(stock_key(SHIRT), set={"lowReported": True})
    report(shop)
    assert low_events(shop) == []


def test_units_that_come_back_meanwhile_leave_nothing_to_report(shop: Shop, table: BusyTable) -> None:
    shop.table.write(taken(6))
    table.before = taken(-6)
    report(shop)
    assert low_events(shop) == []


@pytest.mark.parametrize("is_released", [True, False])
def test_after_more_units_the_next_sale_is_reported_again(shop: Shop, *, is_released: bool) -> None:
    """Whether the units came back with a cancelled order, or a sale is the first to find them."""
    sell(6, shop)
    shop.table.write(taken(-6))
    if is_released:
        lift_low_stock([SHIRT], shop)
    else:
        report(shop)
    sell(7, shop)
    assert low_levels(shop) == [4, 3]


def test_few_units_that_come_back_lift_nothing(shop: Shop) -> None:
    sell(8, shop)
    shop.table.write(taken(-1))
    lift_low_stock([SHIRT], shop)
    sell(1, shop)
    assert low_levels(shop) == [2]


def test_stock_of_before_the_mark_is_reported(shop: Shop) -> None:
    shop.table.write(Update(stock_key(SHIRT), remove=("lowReported",)))
    sell(5, shop)
    assert low_levels(shop) == [5]


def test_products_that_track_no_stock_are_not_looked_for(shop: Shop) -> None:
    report_low_stock(["postage"], "order-1", shop)
