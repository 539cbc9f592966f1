from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.fakes import START, FakeClock, make_shop
from tests.trading import Saga, add_product, submit_order, with_customer
from tests.unit.analytics.reports import counted_events, deliver, deliver_all, sales

from tradewind.analytics import reads, writes
from tradewind.analytics.jobs import roll_up
from tradewind.analytics.model import NO_ROLL_UP, Figures, ProductSales, ProductTakings, RollUp, midnight_after
from tradewind.analytics.reads import read_products
from tradewind.aws.table import ConditionFailed, Delete, Key, Query, query_all
from tradewind.kernel.events import Event
from tradewind.shop import Shop

DAY_SECONDS = 24 * 3600
TODAY = START.date()


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "mug", 1_000, price=3)
    return shop


def buy(shop: Shop, units: int = 1) -> None:
    Saga(shop).run(submit_order(shop, {"mug": units}))


def find_roll_up(shop: Shop, day: date) -> RollUp | None:
    return reads.read_roll_ups(shop.table, day, day).get(day)


def delete_log(shop: Shop, month: str) -> None:
    for shard in range(reads.SHARDS):
        for item in query_all(shop.table, Query(f"EVENTLOG#{month}#{shard}")):
            shop.table.write(Delete(Key(item["PK"], item["SK"])))


def test_day_is_rolled_up_two_hours_after_its_end(shop: Shop, clock: FakeClock) -> None:
    buy(shop, 2)
    deliver_all(shop)
    clock.advance((midnight_after(TODAY) - START).total_seconds() + 3600)
    roll_up.handle(shop)
    assert find_roll_up(shop, TODAY) is None
    clock.advance(3600)
    assert roll_up.handle(shop) == 1
    kept = find_roll_up(shop, TODAY)
    assert kept is not None
    assert kept.is_current


def test_roll_up_equals_the_log_and_outlives_it(shop: Shop, clock: FakeClock) -> None:
    buy(shop, 2)
    buy(shop, 3)
    deliver_all(shop)
    folded = sales(shop), read_products(shop.table, TODAY, TODAY)
    clock.advance(2 * DAY_SECONDS)
    roll_up.handle(shop)
    assert (sales(shop), read_products(shop.table, TODAY, TODAY)) == folded
    delete_log(shop, "2026-11")
    assert (sales(shop), read_products(shop.table, TODAY, TODAY)) == folded
    assert folded[0][0]["units"] == 5


def test_current_roll_up_is_not_repeated(shop: Shop, clock: FakeClock) -> None:
    buy(shop)
    deliver_all(shop)
    clock.advance(2 * DAY_SECONDS)
    assert roll_up.handle(shop) == 35
    assert roll_up.handle(shop) == 0


def test_late_entry_counts_at_once_and_is_rolled_up_by_the_next_run(shop: Shop, clock: FakeClock) -> None:
    buy(shop)
    first = counted_events(shop)
    buy(shop)
    late = [event for event in counted_events(shop) if event not in first]
    deliver(shop, first)
    clock.advance(2 * DAY_SECONDS)
    roll_up.handle(shop)
    assert sales(shop)[0]["orders"] == 1
    deliver(shop, late)
    assert sales(shop)[0]["orders"] == 2
    assert roll_up.handle(shop) == 1
    delete_log(shop, "2026-11")
    assert sales(shop)[0]["orders"] == 2


def test_late_entry_beyond_the_look_back_is_rolled_up(shop: Shop, clock: FakeClock) -> None:
    clock.advance(100 * DAY_SECONDS)
    roll_up.handle(shop)
    deliver(shop, [Event("01KAJ0", "UserRegistered", 1, START, "somebody", 1, "request-1", {})])
    assert roll_up.handle(shop) == 1
    kept = find_roll_up(shop, TODAY)
    assert kept is not None
    assert kept.figures == Figures(events={"UserRegistered": 1})


def test_entry_that_comes_during_a_roll_up_is_not_lost(shop: Shop, clock: FakeClock) -> None:
    clock.advance(2 * DAY_SECONDS)
    late = Event("01KAJ0", "UserRegistered", 1, START, "somebody", 1, "request-1", {})
    before = reads.read_roll_ups(shop.table, TODAY, TODAY).get(TODAY, NO_ROLL_UP)
    deliver(shop, [late])
    with pytest.raises(ConditionFailed):
        shop.table.transact(writes.save_roll_up(TODAY, Figures(), [], before))
    roll_up.handle(shop)
    kept = find_roll_up(shop, TODAY)
    assert kept is not None
    assert kept.figures == Figures(events={"UserRegistered": 1})


def test_products_are_stored_in_pages_and_old_pages_are_ignored(shop: Shop) -> None:
    def rows(count: int) -> list[ProductTakings]:
        return [ProductTakings("USD", f"mug-{number:04d}", ProductSales(1, 300)) for number in range(count)]

    for count in (2 * writes.PRODUCTS_PER_PAGE + 1, 3):
        shop.table.transact(writes.save_roll_up(TODAY, Figures(), rows(count), NO_ROLL_UP))
        assert sorted(row.product_id for row in read_products(shop.table, TODAY, TODAY)) == [
            row.product_id for row in rows(count)
        ]


def test_days_of_several_months_are_found(shop: Shop, clock: FakeClock) -> None:
    for _ in range(12):
        buy(shop)
        clock.advance(DAY_SECONDS)
    deliver_all(shop)
    roll_up.handle(shop)
    assert [row["period"] for row in sales(shop, "2026-11-01", "2026-12-31", "month")] == ["2026-11", "2026-12"]
    assert [row["orders"] for row in sales(shop, "2026-11-01", "2026-12-31", "month")] == [10, 2]
    by_day = sales(shop, "2026-11-25", "2026-12-01")
    assert [row["period"] for row in by_day] == [f"{TODAY + timedelta(days=number)}" for number in range(4, 11)]
