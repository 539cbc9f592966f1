from __future__ import annotations

from datetime import timedelta

from tests.fakes import ADMIN_ID, START, FakeClock

from tradewind.inventory.model import MAX_VARIANTS, Stock, plan_reservations
from tradewind.inventory.reads import list_reservations, read_reservations, read_stocks
from tradewind.inventory.writes import hold_stock, insert_stock, open_stock
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
    assert read_stocks(table, ["shirt", "postage"]) == {"shirt": Stock("shirt", 3, 0, 0, 1, received=3)}


def test_reservations_of_many_orders_are_found_with_all_their_parts() -> None:
    table = MemoryTable()
    units = {f"p{number:03}": 1 for number in range(2 * MAX_VARIANTS + 1)}
    for product_id in units:
        table.transact(open_stock(product_id, 300, by=ADMIN_ID, clock=FakeClock()))
    orders = [f"01KAJ0RDER00000000000000{number:02}" for number in range(90)]
    for order_id in orders[1:]:
        for reservation in plan_reservations(order_id, {"p000": 1}, START):
            table.transact(hold_stock(reservation))
    for reservation in plan_reservations(orders[0], units, START):
        table.transact(hold_stock(reservation))
    found = read_reservations(table, [*orders, "nobody's"])
    assert (len(found), sum(len(each.units) for each in found)) == (92, 89 + len(units))
