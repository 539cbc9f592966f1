from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.fakes import START, FakeClock, make_shop
from tests.trading import Saga, add_product, submit_order, with_customer
from tests.unit.analytics.figuring import counted_events, deliver, deliver_all, sales

from tradewind.analytics import store
from tradewind.analytics.jobs import roll_up
from tradewind.analytics.model import Figures, ProductTakings, Sold
from tradewind.analytics.reading import products_between
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


def bought(shop: Shop, units: int = 1) -> None:
    Saga(shop).run(submit_order(shop, {"mug": units}))


def rolled(shop: Shop, day: date) -> store.RolledUp | None:
    return store.roll_ups(shop.table, day, day).get(day)


def forget_the_log(shop: Shop, month: str) -> None:
    for shard in range(store.SHARDS):
        for item in query_all(shop.table, Query(f"EVENTLOG#{month}#{shard}")):
            shop.table.write(Delete(Key(item["PK"], item["SK"])))


def test_a_day_is_rolled_up_when_it_has_been_over_for_a_while(shop: Shop, clock: FakeClock) -> None:
    bought(shop, 2)
    deliver_all(shop)
    clock.advance((store.midnight_after(TODAY) - START).total_seconds() + 3600)
    roll_up.handle(shop)
    assert rolled(shop, TODAY) is None
    clock.advance(3600)
    assert roll_up.handle(shop) == 1
    kept = rolled(shop, TODAY)
    assert kept is not None
    assert kept.is_current


def test_what_is_rolled_up_outlives_the_log_and_is_the_same(shop: Shop, clock: FakeClock) -> None:
    bought(shop, 2)
    bought(shop, 3)
    deliver_all(shop)
    folded = sales(shop), products_between(shop.table, TODAY, TODAY)
    clock.advance(2 * DAY_SECONDS)
    roll_up.handle(shop)
    assert (sales(shop), products_between(shop.table, TODAY, TODAY)) == folded
    forget_the_log(shop, "2026-11")
    assert (sales(shop), products_between(shop.table, TODAY, TODAY)) == folded
    assert folded[0][0]["units"] == 5


def test_nothing_is_rolled_up_twice(shop: Shop, clock: FakeClock) -> None:
    bought(shop)
    deliver_all(shop)
    clock.advance(2 * DAY_SECONDS)
    assert roll_up.handle(shop) == 35
    assert roll_up.handle(shop) == 0


def test_a_late_entry_is_seen_at_once_and_rolled_up_by_the_next_run(shop: Shop, clock: FakeClock) -> None:
    bought(shop)
    first = counted_events(shop)
    bought(shop)
    late = [event for event in counted_events(shop) if event not in first]
    deliver(shop, first)
    clock.advance(2 * DAY_SECONDS)
    roll_up.handle(shop)
    assert sales(shop)[0]["orders"] == 1
    deliver(shop, late)
    assert sales(shop)[0]["orders"] == 2
    assert roll_up.handle(shop) == 1
    forget_the_log(shop, "2026-11")
    assert sales(shop)[0]["orders"] == 2


def test_a_late_entry_of_long_ago_is_rolled_up_too(shop: Shop, clock: FakeClock) -> None:
    clock.advance(100 * DAY_SECONDS)
    roll_up.handle(shop)
    deliver(shop, [Event("01KAJ0", "UserRegistered", 1, START, "somebody", 1, "request-1", {})])
    assert roll_up.handle(shop) == 1
    kept = rolled(shop, TODAY)
    assert kept is not None
    assert kept.figures == Figures(events={"UserRegistered": 1})


def test_an_entry_that_comes_while_the_day_is_rolled_up_is_not_lost(shop: Shop, clock: FakeClock) -> None:
    clock.advance(2 * DAY_SECONDS)
    late = Event("01KAJ0", "UserRegistered", 1, START, "somebody", 1, "request-1", {})
    before = store.roll_ups(shop.table, TODAY, TODAY).get(TODAY, store.NOT_ROLLED_UP)
    deliver(shop, [late])
    with pytest.raises(ConditionFailed):
        shop.table.transact(store.rolled_up(TODAY, Figures(), [], before))
    roll_up.handle(shop)
    kept = rolled(shop, TODAY)
    assert kept is not None
    assert kept.figures == Figures(events={"UserRegistered": 1})


def test_products_are_kept_in_pages_and_old_pages_do_not_count(shop: Shop) -> None:
    def rows(count: int) -> list[ProductTakings]:
        return [ProductTakings("USD", f"mug-{number:04d}", Sold(1, 300)) for number in range(count)]

    for count in (2 * store.PRODUCTS_PER_PAGE + 1, 3):
        shop.table.transact(store.rolled_up(TODAY, Figures(), rows(count), store.NOT_ROLLED_UP))
        assert sorted(row.product_id for row in products_between(shop.table, TODAY, TODAY)) == [
            row.product_id for row in rows(count)
        ]


def test_days_across_months_are_found(shop: Shop, clock: FakeClock) -> None:
    for _ in range(12):
        bought(shop)
        clock.advance(DAY_SECONDS)
    deliver_all(shop)
    roll_up.handle(shop)
    assert [row["period"] for row in sales(shop, "2026-11-01", "2026-12-31", "month")] == ["2026-11", "2026-12"]
    assert [row["orders"] for row in sales(shop, "2026-11-01", "2026-12-31", "month")] == [10, 2]
    by_day = sales(shop, "2026-11-25", "2026-12-01")
    assert [row["period"] for row in by_day] == [f"{TODAY + timedelta(days=number)}" for number in range(4, 11)]
