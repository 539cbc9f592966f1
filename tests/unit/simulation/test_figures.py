from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from tests.fakes import START, FakeClock, make_shop
from tests.trading import Saga, order_of, ordered, stocked, with_customer
from tests.unit.analytics.figuring import deliver_all

from tradewind.analytics import store
from tradewind.analytics.jobs import roll_up
from tradewind.analytics.model import Figures, Takings
from tradewind.aws.table import Put
from tradewind.ordering.model import Order
from tradewind.shop import Shop
from tradewind_tools.simulation.figures import differences
from tradewind_tools.simulation.memory_table import MemoryTable

TODAY = START.date()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    stocked(shop, "mug", 100, price=3)
    return shop


def bought(shop: Shop) -> Order:
    order_id = ordered(shop, {"mug": 2})
    Saga(shop).run(order_id)
    return order_of(shop, order_id)


def told(shop: Shop, *orders: Order) -> list[str]:
    assert isinstance(shop.table, MemoryTable)
    return list(differences(shop.table, orders))


def test_figures_that_are_right_differ_in_nothing(shop: Shop, clock: FakeClock) -> None:
    order = bought(shop)
    deliver_all(shop)
    assert told(shop, order) == []
    clock.advance(timedelta(days=2).total_seconds())
    roll_up.handle(shop)
    assert told(shop, order) == []


def test_an_order_that_was_not_counted_is_told(shop: Shop) -> None:
    order = bought(shop)
    [told_of] = told(shop, order)
    assert told_of == (
        "the figures of 2026-11-21 in USD are {}, "
        "and the orders add up to {'orders': 1, 'units': 2, 'revenue_minor': 600}"
    )


def test_a_sale_without_an_order_is_told(shop: Shop) -> None:
    bought(shop)
    deliver_all(shop)
    assert len(told(shop)) == 1


def test_a_roll_up_that_is_not_its_log_is_told(shop: Shop) -> None:
    order = bought(shop)
    deliver_all(shop)
    wrong = Figures({"USD": Takings(orders=2)})
    shop.table.transact(store.rolled_up(TODAY, wrong, [], store.NOT_ROLLED_UP))
    assert told(shop, order) == ["the roll-up of 2026-11-21 is not its log"]


def test_a_roll_up_that_is_out_of_date_is_passed_over(shop: Shop) -> None:
    order = bought(shop)
    deliver_all(shop)
    outdated = store.RolledUp(Figures(), late=1, seen=0)
    shop.table.write(Put({"PK": "FIGURES#2026-11", "SK": "DAY#21", **msgspec.to_builtins(outdated)}))
    assert told(shop, order) == []
