from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.fakes import ADMIN_ID, REQUEST_ID, FakeClock, admin_event, call, customer_event, make_shop

from tradewind.aws.events import timeline
from tradewind.aws.table import AtLeast, ConditionFailed, Update, Write, query_all
from tradewind.inventory.handlers import get_stock, list_movements, set_stock
from tradewind.inventory.model import Movement, Stock
from tradewind.inventory.reads import movement_from, query_movements, stock_from, stock_key
from tradewind.inventory.writes import open_stock
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import product_partition
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

SHIRT = "ocean-blue-shirt"


class OvertakenTable(MemoryTable):
    """Somebody else sells a unit just before each of the first transactions."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.attempts = 0

    def transact(self, writes: Sequence[Write]) -> None:
        self.attempts += 1
        if self.attempts <= self.times:
            self.write(hold(1))
        super().transact(writes)


def hold(units: int) -> Update:
    """What an order does to stock."""
    changes = {"available": -units, "reserved": units, "version": 1}
    return Update(stock_key(SHIRT), add=changes, when=(AtLeast("available", units),))


def shop_with(
    units: int, *, reserved: int = 0, table: MemoryTable | None = None, settings: Settings | None = None
) -> Shop:
    shop = make_shop(table=table, settings=settings)
    for put in open_stock(SHIRT, units + reserved, by=ADMIN_ID, clock=shop.clock):
        shop.table.write(put)
    if reserved:
        shop.table.write(hold(reserved))
    return shop


def change(shop: Shop, body: object, product_id: str = SHIRT) -> tuple[int, Any]:
    return call(set_stock, admin_event(body, path={"variantId": product_id}), shop)


def stock(shop: Shop) -> Stock:
    item = shop.table.get(stock_key(SHIRT))
    assert item
    return stock_from(item)


def movements(shop: Shop) -> list[Movement]:
    return [movement_from(item) for item in query_all(shop.table, query_movements(SHIRT))]


def changes_of_movements(shop: Shop) -> list[int]:
    return [movement.change for movement in movements(shop)]


def events(shop: Shop) -> list[Event]:
    return timeline(shop.table, product_partition(SHIRT))


def low_levels(shop: Shop) -> list[int]:
    """How many units were available each time that StockLow was recorded."""
    return [event.data["available"] for event in events(shop) if event.type == "StockLow"]


def test_stock_is_read_with_what_orders_hold() -> None:
    status, body = call(get_stock, admin_event(path={"variantId": SHIRT}), shop_with(8, reserved=2))
    assert status == 200
    assert body == {"variantId": SHIRT, "onHand": 10, "available": 8, "reserved": 2, "sold": 0, "version": 2}


def test_a_product_that_tracks_no_stock_is_not_found() -> None:
    status, body = call(get_stock, admin_event(path={"variantId": SHIRT}), make_shop())
    assert (status, body["error"]) == (404, "StockNotFound")
    assert change(make_shop(), {"onHand": 1})[1]["error"] == "StockNotFound"


@pytest.mark.parametrize("endpoint", [get_stock, set_stock, list_movements])
def test_stock_is_for_administrators(endpoint: Any) -> None:  # noqa: ANN401 - endpoints of several types
    event = customer_event({"onHand": 1}, path={"variantId": SHIRT})
    assert call(endpoint, event, shop_with(1)) == (
        403,
        {
            "error": "PermissionRequired",
            "message": "Only administrators and staff with the permission catalogue may do this.",
            "details": [],
            "requestId": REQUEST_ID,
        },
    )


def test_a_count_includes_what_orders_hold() -> None:
    shop = shop_with(8, reserved=2)
    status, body = change(shop, {"onHand": 30})
    assert status == 200
    assert body == {"variantId": SHIRT, "onHand": 30, "available": 28, "reserved": 2, "sold": 0, "version": 3}
    assert call(get_stock, admin_event(path={"variantId": SHIRT}), shop) == (200, body)


def test_a_count_below_what_orders_hold_changes_nothing() -> None:
    shop = shop_with(8, reserved=2)
    status, body = change(shop, {"onHand": 1})
    assert (status, body["error"]) == (409, "StockReserved")
    assert body["details"] == [{"field": SHIRT, "message": "2 reserved"}]
    assert (stock(shop).available, changes_of_movements(shop), events(shop)) == (8, [10], [])


def test_an_adjustment_adds_or_takes_units() -> None:
    shop = shop_with(8, reserved=2)
    assert change(shop, {"adjustment": 5})[1]["available"] == 13
    assert change(shop, {"adjustment": -13})[1] == {
        "variantId": SHIRT,
        "onHand": 2,
        "available": 0,
        "reserved": 2,
        "sold": 0,
        "version": 4,
    }


def test_an_adjustment_below_what_is_available_changes_nothing() -> None:
    shop = shop_with(8, reserved=2)
    status, body = change(shop, {"adjustment": -9})
    assert (status, body["error"]) == (409, "NotEnoughStock")
    assert body["details"] == [{"field": SHIRT, "message": "8 left"}]
    assert (stock(shop).available, changes_of_movements(shop), events(shop)) == (8, [10], [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["onHand", "adjustment"]),
        ({"onHand": 3, "adjustment": 3}, ["onHand", "adjustment"]),
        ({"adjustment": 0}, ["adjustment"]),
        ({"onHand": -1}, ["onHand"]),
        ({"onHand": 1.5}, ["onHand"]),
        ({"adjustment": 10_000_001}, ["adjustment"]),
        ({"adjustment": 1, "reason": "x" * 201}, ["reason"]),
        ({"adjustment": 1, "reason": "two\nlines"}, ["reason"]),
    ],
)
def test_a_request_names_exactly_one_change(body: object, fields: list[str]) -> None:
    status, answer = change(shop_with(8), body)
    assert (status, answer["error"]) == (422, "InvalidRequest")
    assert [detail["field"] for detail in answer["details"]] == fields


def test_a_change_is_one_transaction_with_its_movement_and_its_event() -> None:
    shop = shop_with(20)
    change(shop, {"adjustment": -4, "reason": "broken in transit"})
    [event] = events(shop)
    assert (event.type, event.aggregate_id, event.sequence, event.correlation_id) == (
        "StockAdjusted",
        SHIRT,
        2,
        REQUEST_ID,
    )
    assert event.data == {"productId": SHIRT, "variantId": SHIRT, "change": -4, "available": 16}
    [moved] = [movement for movement in movements(shop) if movement.change == -4]
    assert (moved.kind, moved.reason, moved.by) == ("adjustment", "broken in transit", ADMIN_ID)


def test_low_stock_has_one_event() -> None:
    shop = shop_with(7)
    change(shop, {"adjustment": -2})
    change(shop, {"onHand": 3})
    assert low_levels(shop) == [5]


def test_low_stock_has_another_event_after_units_came_in() -> None:
    shop = shop_with(7)
    for on_hand in (5, 20, 4):
        change(shop, {"onHand": on_hand})
    assert low_levels(shop) == [5, 4]


def test_few_units_are_as_many_as_the_settings_say() -> None:
    shop = shop_with(12, settings=Settings(low_stock=9))
    change(shop, {"onHand": 9})
    assert low_levels(shop) == [9]


def test_what_was_reported_is_no_business_of_callers() -> None:
    assert "lowReported" not in change(shop_with(7), {"onHand": 3})[1]


def test_a_count_that_finds_what_was_expected_is_a_movement_without_an_event() -> None:
    shop = shop_with(7)
    assert change(shop, {"onHand": 7})[0] == 200
    assert (sorted(changes_of_movements(shop)), events(shop)) == ([0, 7], [])


def test_a_count_that_an_order_overtakes_is_applied_to_the_new_stock() -> None:
    table = OvertakenTable(times=3)
    status, body = change(shop_with(10, table=table), {"onHand": 10})
    assert status == 200
    assert (body["onHand"], body["available"], body["reserved"]) == (10, 7, 3)
    assert table.attempts == 4


def test_an_adjustment_that_an_order_overtakes_loses_nothing() -> None:
    shop = shop_with(10, table=OvertakenTable(times=3))
    assert change(shop, {"adjustment": -7})[1]["available"] == 0
    assert (stock(shop).available, stock(shop).reserved) == (0, 3)


def test_an_adjustment_for_which_orders_leave_too_little_is_refused() -> None:
    status, body = change(shop_with(10, table=OvertakenTable(times=3)), {"adjustment": -8})
    assert (status, body["details"]) == (409, [{"field": SHIRT, "message": "7 left"}])


def test_a_change_is_refused_when_orders_are_always_faster() -> None:
    table = OvertakenTable(times=1_000)
    shop = shop_with(1_000, table=table)
    answer = set_stock(admin_event({"adjustment": -1}, path={"variantId": SHIRT}), None, shop)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "1")
    assert stock(shop).on_hand == 1_000
    assert 10 < table.attempts < 100


def test_orders_and_adjustments_at_once_add_up() -> None:
    shop = shop_with(100)

    def sell(_: int) -> int:
        try:
            shop.table.write(hold(1))
        except ConditionFailed:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        sold = threads.map(sell, range(150))
        answers = list(threads.map(lambda units: change(shop, {"adjustment": units}), [3, -2, 5, -4] * 10))
        reserved = sum(sold)

    after = stock(shop)
    assert {status for status, _ in answers} <= {200, 409, 503}
    assert after.reserved == reserved
    assert after.on_hand == sum(changes_of_movements(shop))
    assert after.available >= 0


def test_movements_are_listed_newest_first_in_pages() -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    for put in open_stock(SHIRT, 5, by=ADMIN_ID, clock=clock):
        shop.table.write(put)
    for units in (1, 2, 3):
        clock.advance(1)
        change(shop, {"adjustment": units, "reason": f"delivery {units}"})

    first = call(list_movements, admin_event(path={"variantId": SHIRT}, query={"limit": "3"}), shop)[1]
    cursor = first["nextCursor"]
    second = call(list_movements, admin_event(path={"variantId": SHIRT}, query={"cursor": cursor}), shop)[1]
    assert [entry["change"] for entry in first["items"]] == [3, 2, 1]
    assert [(entry["change"], entry["kind"]) for entry in second["items"]] == [(5, "opening")]
    assert second["nextCursor"] is None
    assert first["items"][0] | {"movementId": ""} == {
        "movementId": "",
        "variantId": SHIRT,
        "kind": "adjustment",
        "change": 3,
        "reason": "delivery 3",
        "at": "2026-11-21T03:04:08.678000Z",
        "by": ADMIN_ID,
    }


def test_a_cursor_is_good_for_its_own_product_only() -> None:
    shop = shop_with(5)
    change(shop, {"adjustment": 1})
    query = {"limit": "1"}
    cursor = call(list_movements, admin_event(path={"variantId": SHIRT}, query=query), shop)[1]["nextCursor"]
    other = admin_event(path={"variantId": "red-shirt"}, query={"cursor": cursor})
    assert call(list_movements, other, shop)[1]["error"] == "InvalidCursor"
