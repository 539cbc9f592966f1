from __future__ import annotations

from datetime import timedelta

from tests.fakes import ADMIN_ID, START, FakeClock

from tradewind.inventory.model import Stock, plan_reservations
from tradewind.inventory.reads import list_reservations, read_stocks, sum_received_units
from tradewind.inventory.writes import delete_stock, hold_stock, insert_stock, open_stock
from tradewind_tools.memory.table import MemoryTable

ORDER = "01KAJ0RDER0000000000000001"


def test_reservations_of_an_order_are_listed_by_number() -> None:
    table, products = MemoryTable(), {f"p{number:03d}": 1 for number in range(200)}
    for product_id in products:
        table.write(insert_stock(Stock(product_id, 1, 0, 0, 1)))
    for reservation in plan_reservations(ORDER, products, START + timedelta(minutes=15)):
        table.transact(hold_stock(reservation))
    assert [reservation.number for reservation in list_reservations(table, ORDER)] == [0, 1, 2]


def test_products_that_track_no_stock_have_none() -> None:
    table = MemoryTable()
    table.transact(open_stock("shirt", 3, by=ADMIN_ID, clock=FakeClock()))
    assert read_stocks(table, ["shirt", "postage"]) == {"shirt": Stock("shirt", 3, 0, 0, 1)}


def test_units_received_before_the_product_was_deleted_do_not_count() -> None:
    table, clock = MemoryTable(), FakeClock()
    table.transact(open_stock("shirt", 3, by=ADMIN_ID, clock=clock))
    table.write(delete_stock("shirt"))
    clock.advance(1)
    table.transact(open_stock("shirt", 5, by=ADMIN_ID, clock=clock))
    assert sum_received_units(table, "shirt") == 5
