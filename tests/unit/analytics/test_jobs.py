from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from tests.fakes import START, FakeClock, customer_event, make_shop
from tests.fakes import call as call_endpoint
from tests.trading import Saga, add_product, submit_order, with_customer
from tests.unit.analytics.reports import counted_events, deliver, deliver_all, fold, sales, top_products

from tradewind.analytics import jobs, reads, writes
from tradewind.analytics.jobs import roll_up
from tradewind.analytics.model import DayState, EventEntry, ProductSales, SaleEntry, midnight_after
from tradewind.aws.table import ConditionFailed, Delete, Key, Query, QueryResult, query_all
from tradewind.kernel.clock import iso
from tradewind.kernel.events import Event
from tradewind.ordering.change_handlers import cancel_order
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

DAY_SECONDS = 24 * 3600
MINUTE = 60
TODAY = START.date()


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "mug", 1_000, price=3)
    return shop


def buy(shop: Shop, units: int = 1) -> str:
    order_id = submit_order(shop, {"mug": units})
    Saga(shop).run(order_id)
    return order_id


def cancel(shop: Shop, order_id: str) -> None:
    assert call_endpoint(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200


def registered(number: int = 0) -> Event:
    return Event(f"01KAJ{number:04}0", "UserRegistered", 1, START, "somebody", 1, "request-1", {})


def state_of(shop: Shop, day: date = TODAY) -> DayState:
    return reads.read_days(shop.table, day, day)[day]


def delete_log(shop: Shop, day: date = TODAY) -> None:
    for shard in range(reads.SHARDS):
        for item in query_all(shop.table, Query(reads.log_partition(day, shard))):
            shop.table.write(Delete(Key(item["PK"], item["SK"])))


class Watched(MemoryTable):
    """Knows how many entries of the log were read."""

    def __init__(self) -> None:
        super().__init__()
        self.entries_read = 0
        self.before_query: Callable[[Query], None] = lambda _: None

    def query(self, query: Query) -> QueryResult:
        self.before_query(query)
        page = super().query(query)
        self.entries_read += len(page.items) if query.pk.startswith("EVENTLOG#") else 0
        return page


@pytest.fixture
def watched(clock: FakeClock) -> Shop:
    return make_shop(table=Watched(), clock=clock)


def entries_read(shop: Shop) -> int:
    assert isinstance(shop.table, Watched)
    before, shop.table.entries_read = shop.table.entries_read, 0
    return before


def log(shop: Shop, numbers: Iterable[int], day: date = TODAY) -> None:
    for number in numbers:
        entry = EventEntry(f"E{number:05}{number % 8}", "UserRegistered")
        shop.table.write(writes.insert_entry(entry, day, shop.clock.now()))


def counted(shop: Shop, day: date = TODAY) -> int:
    return state_of(shop, day).figures.events.get("UserRegistered", 0)


def test_run_goes_on_from_where_the_last_one_stopped(watched: Shop, clock: FakeClock) -> None:
    fold(watched)
    log(watched, range(100))
    clock.advance(5 * MINUTE)
    fold(watched)
    assert (counted(watched), entries_read(watched)) == (100, 100)
    log(watched, range(100, 110))
    clock.advance(5 * MINUTE)
    fold(watched)
    assert (counted(watched), entries_read(watched)) == (110, 10)


def test_entries_of_the_last_minutes_are_shown_and_counted_once(watched: Shop, clock: FakeClock) -> None:
    log(watched, range(10))
    for seconds in (0, 1, 100, 30, 30, 300):
        clock.advance(seconds)
        fold(watched)
        assert counted(watched) == 10
    assert state_of(watched).folded == state_of(watched).figures


def test_entry_that_the_index_shows_late_is_counted(watched: Shop, clock: FakeClock) -> None:
    log(watched, [1])
    hidden = watched.table.get(Key("EVENTLOG#2026-11-21#1", "event#E000011"))
    assert hidden is not None
    watched.table.write(Delete(Key(hidden["PK"], hidden["SK"])))
    fold(watched)
    clock.advance(MINUTE)
    fold(watched)
    watched.table.write(writes.insert_entry(EventEntry("E000011", "UserRegistered"), TODAY, START))
    fold(watched)
    assert counted(watched) == 1


def test_two_runs_at_once_count_once(watched: Shop, clock: FakeClock) -> None:
    fold(watched)
    log(watched, range(20))
    clock.advance(5 * MINUTE)
    again = make_shop(table=watched.table, clock=clock)

    def run_meanwhile(query: Query) -> None:
        if query.pk.endswith("21#7"):
            assert isinstance(watched.table, Watched)
            watched.table.before_query = lambda _: None
            fold(again)

    assert isinstance(watched.table, Watched)
    watched.table.before_query = run_meanwhile
    fold(watched)
    assert counted(watched) == 20
    fold(watched)
    assert counted(watched) == 20


def test_run_that_another_one_overtook_saves_nothing(shop: Shop) -> None:
    fold(shop)
    with pytest.raises(ConditionFailed):
        shop.table.write(writes.save_day(TODAY, DayState(), 0))


def test_run_that_reads_too_much_goes_on_next_time(
    watched: Shop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ENTRIES_PER_RUN", 30)
    log(watched, range(100))
    clock.advance(5 * MINUTE)
    found = []
    for _ in range(4):
        fold(watched)
        found.append(counted(watched))
        assert entries_read(watched) <= 30 + 13
        assert (reads.read_as_of(watched.table) is not None) == (found[-1] == 100)
    assert 0 < found[0] < found[1] < found[2] == found[3] == 100


def test_day_is_counted_once_more_two_hours_after_its_end(shop: Shop, clock: FakeClock) -> None:
    buy(shop, 2)
    deliver_all(shop)
    clock.advance((midnight_after(TODAY) - START).total_seconds() + 3600)
    fold(shop)
    assert not state_of(shop).is_final
    clock.advance(3600)
    fold(shop)
    assert state_of(shop).is_final
    assert [row["orders"] for row in sales(shop)] == [1]


def test_recount_finds_what_the_index_showed_too_late(watched: Shop, clock: FakeClock) -> None:
    log(watched, [1])
    clock.advance(10 * MINUTE)
    fold(watched)
    watched.table.write(writes.insert_entry(EventEntry("E000021", "UserRegistered"), TODAY, START))
    fold(watched)
    assert counted(watched) == 1, "its place was folded already"
    clock.advance(2 * DAY_SECONDS)
    fold(watched)
    assert counted(watched) == 2


def test_recount_over_several_runs_shows_the_figures_from_before_until_it_is_done(
    watched: Shop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        sale = SaleEntry(f"O{number:05}{number % 8}", "USD", 300, {"mug": ProductSales(1, 300)})
        watched.table.write(writes.insert_entry(sale, TODAY, START))
    fold(watched)
    clock.advance(2 * DAY_SECONDS)
    monkeypatch.setattr(jobs, "ENTRIES_PER_RUN", 30)
    finals = []
    for _ in range(4):
        assert top_products(watched)["items"][0]["units"] == 100
        assert state_of(watched).figures.takings["USD"].orders == 100
        finals.append(state_of(watched).is_final)
    assert finals == [False, False, True, True]


def test_figures_outlive_the_log(shop: Shop, clock: FakeClock) -> None:
    buy(shop, 2)
    buy(shop, 3)
    deliver_all(shop)
    shown = sales(shop), top_products(shop)["items"]
    clock.advance(2 * DAY_SECONDS)
    fold(shop)
    delete_log(shop)
    assert (sales(shop), top_products(shop)["items"]) == shown
    assert shown[0][0]["units"] == 5


def test_final_days_are_not_looked_at_again(shop: Shop, clock: FakeClock) -> None:
    buy(shop)
    deliver_all(shop)
    clock.advance(2 * DAY_SECONDS)
    assert roll_up.handle(shop) == 36
    clock.advance(5 * MINUTE)
    assert roll_up.handle(shop) == 1, "today"


def test_cancellation_of_a_final_day_takes_the_sale_back(shop: Shop, clock: FakeClock) -> None:
    order_id = buy(shop, 2)
    buy(shop, 1)
    deliver_all(shop)
    clock.advance(2 * DAY_SECONDS)
    fold(shop)
    cancel(shop, order_id)
    deliver_all(shop)
    clock.advance(5 * MINUTE)
    [row] = sales(shop)
    assert (row["orders"], row["units"], row["cancelled"]) == (1, 1, 1)
    assert [each["units"] for each in top_products(shop)["items"]] == [1]
    clock.advance(5 * MINUTE)
    assert roll_up.handle(shop) == 1


def test_late_entry_beyond_the_look_back_is_counted(shop: Shop, clock: FakeClock) -> None:
    clock.advance(100 * DAY_SECONDS)
    fold(shop)
    deliver(shop, [registered()])
    clock.advance(5 * MINUTE)
    fold(shop)
    assert counted(shop) == 1


def test_late_entry_that_comes_during_a_run_is_left_to_the_next(shop: Shop, clock: FakeClock) -> None:
    clock.advance(2 * DAY_SECONDS)
    fold(shop)
    deliver(shop, [registered(1)])
    clock.advance(3 * MINUTE)
    deliver(shop, [registered(2)])
    fold(shop)
    assert (counted(shop), state_of(shop).folded.events) == (2, {"UserRegistered": 1})
    clock.advance(5 * MINUTE)
    fold(shop)
    assert counted(shop) == 2
    assert state_of(shop).folded == state_of(shop).figures


def test_month_is_added_up_when_it_is_over_and_again_when_a_day_of_it_changes(shop: Shop, clock: FakeClock) -> None:
    orders = [buy(shop, units) for units in (1, 2)]
    clock.advance(2 * DAY_SECONDS)
    orders.append(buy(shop, 4))
    deliver_all(shop)
    month = reads.month_products_key(TODAY, "USD")
    fold(shop)
    assert shop.table.get(month) is None
    clock.advance(10 * DAY_SECONDS)
    fold(shop)
    assert reads.ranking_from(shop.table.get(month) or {}).rows == {"mug": ProductSales(7, 2_100)}
    cancel(shop, orders[1])
    deliver_all(shop)
    clock.advance(5 * MINUTE)
    whole = top_products(shop, "2026-11-01", "2026-11-30")["items"]
    in_days = top_products(shop, "2026-11-02", "2026-11-30")["items"]
    assert whole == in_days
    assert [each["units"] for each in whole] == [5]


def test_days_of_several_months_are_found(shop: Shop, clock: FakeClock) -> None:
    for _ in range(12):
        buy(shop)
        clock.advance(DAY_SECONDS)
    deliver_all(shop)
    assert [row["period"] for row in sales(shop, "2026-11-01", "2026-12-31", "month")] == ["2026-11", "2026-12"]
    assert [row["orders"] for row in sales(shop, "2026-11-01", "2026-12-31", "month")] == [10, 2]
    by_day = sales(shop, "2026-11-25", "2026-12-01")
    assert [row["period"] for row in by_day] == [f"{TODAY + timedelta(days=number)}" for number in range(4, 11)]
    [best] = top_products(shop, "2026-11-01", "2026-12-31")["items"]
    assert best["units"] == 12


def test_as_of_is_when_the_run_began(shop: Shop, clock: FakeClock) -> None:
    fold(shop)
    assert iso(reads.read_as_of(shop.table) or START) == iso(clock.now())


def test_days_whose_events_came_in_parts_equal_those_that_came_at_once(shop: Shop, clock: FakeClock) -> None:
    for _ in range(6):
        buy(shop)
    events = counted_events(shop)
    for part in (events[:2], events[2:3], events[3:]):
        deliver(shop, part)
        fold(shop)
        clock.advance(3 * MINUTE)
    assert [row["orders"] for row in sales(shop)] == [6]
    kept: list[Any] = top_products(shop)["items"]
    assert [each["units"] for each in kept] == [6]
