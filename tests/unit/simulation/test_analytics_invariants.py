from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from tests.fakes import START, FakeClock, make_shop
from tests.trading import Saga, add_product, order_of, submit_order, with_customer
from tests.unit.analytics.reports import deliver_all

from tradewind.analytics import writes
from tradewind.analytics.jobs import roll_up
from tradewind.analytics.model import Figures, ProductSales, Ranking, Takings
from tradewind.analytics.reads import read_days
from tradewind.aws.events import record_event
from tradewind.kernel.events import Event
from tradewind.ordering.model import Order
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable
from tradewind_tools.simulation.analytics_invariants import find_violations

TODAY = START.date()


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "mug", 100, price=3)
    return shop


def buy(shop: Shop) -> Order:
    order_id = submit_order(shop, {"mug": 2})
    Saga(shop).run(order_id)
    return order_of(shop, order_id)


def check(shop: Shop, *orders: Order) -> list[str]:
    assert isinstance(shop.table, MemoryTable)
    return list(find_violations(shop.table, orders))


def test_correct_figures_are_no_violation(shop: Shop, clock: FakeClock) -> None:
    order = buy(shop)
    deliver_all(shop)
    assert check(shop, order) == []
    clock.advance(timedelta(days=2).total_seconds())
    roll_up.handle(shop)
    assert check(shop, order) == []


def test_order_that_was_not_counted_is_a_violation(shop: Shop) -> None:
    order = buy(shop)
    assert check(shop, order) == [
        "the figures of 2026-11-21 in USD are {}, and a recount gives {'orders': 1, 'units': 2, 'revenue_minor': 600}",
        "the products of 2026-11-21 are {}, and a recount gives {'units of mug': 2, 'USD for mug': 600}",
    ]


def test_sale_without_an_order_is_a_violation(shop: Shop) -> None:
    buy(shop)
    deliver_all(shop)
    assert [line.split(" of ")[0] for line in check(shop)] == ["the figures", "the products"]


def test_folded_day_that_differs_from_its_log_is_a_violation(shop: Shop, clock: FakeClock) -> None:
    order = buy(shop)
    deliver_all(shop)
    clock.advance(300)
    roll_up.handle(shop)
    wrong = Figures({"USD": Takings(orders=2)})
    state = msgspec.structs.replace(read_days(shop.table, TODAY, TODAY)[TODAY], figures=wrong, folded=wrong)
    shop.table.write(writes.save_day(TODAY, state, state.version))
    rankings = {"USD": Ranking({"mug": ProductSales(1, 1)})}
    for put in (*writes.save_day_rankings(TODAY, rankings), *writes.save_folded_rankings(TODAY, rankings)):
        shop.table.write(put)
    assert check(shop, order) == [
        "what was folded of 2026-11-21 differs from its log",
        "the products folded of 2026-11-21 differ from those of its log",
        "the figures of 2026-11-21 differ from its log",
        "the products of 2026-11-21 differ from those of its log",
    ]


def test_event_that_was_not_counted_is_a_violation(shop: Shop) -> None:
    registered = Event("01KAJ0EVENT000000000000001", "UserRegistered", 1, START, "nobody", 1, "test", {})
    shop.table.write(record_event(registered, "USER#nobody"))
    assert check(shop) == ["the events of 2026-11-21 are {}, and a recount gives {'UserRegistered': 1}"]


def test_entries_after_where_a_day_was_folded_are_not_missed(shop: Shop) -> None:
    order = buy(shop)
    roll_up.handle(shop)
    deliver_all(shop)
    assert check(shop, order) == []
