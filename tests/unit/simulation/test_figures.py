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
from tradewind.aws.events import recorded
from tradewind.aws.table import Put
from tradewind.kernel.events import Event
from tradewind.ordering.model import Order
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable
from tradewind_tools.simulation.figures import differences

TODAY = START.date()


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
    assert told(shop, order) == [
        "the figures of 2026-11-21 in USD are {}, and a recount gives {'orders': 1, 'units': 2, 'revenue_minor': 600}",
        "the products of 2026-11-21 are {}, and a recount gives {'units of mug': 2, 'USD for mug': 600}",
    ]


def test_a_sale_without_an_order_is_told(shop: Shop) -> None:
    bought(shop)
    deliver_all(shop)
    assert [line.split(" of ")[0] for line in told(shop)] == ["the figures", "the products"]


def test_a_roll_up_that_is_not_its_log_is_told(shop: Shop) -> None:
    order = bought(shop)
    deliver_all(shop)
    wrong = Figures({"USD": Takings(orders=2)})
    shop.table.transact(store.rolled_up(TODAY, wrong, [], store.NOT_ROLLED_UP))
    assert told(shop, order) == [
        "the roll-up of 2026-11-21 is not its log",
        "the products in the roll-up of 2026-11-21 are not those of its log",
    ]


def test_an_event_that_was_not_counted_is_told(shop: Shop) -> None:
    registered = Event("01KAJ0EVENT000000000000001", "UserRegistered", 1, START, "nobody", 1, "test", {})
    shop.table.write(recorded(registered, "USER#nobody"))
    assert told(shop) == ["the events of 2026-11-21 are {}, and a recount gives {'UserRegistered': 1}"]


def test_a_roll_up_that_is_out_of_date_is_passed_over(shop: Shop) -> None:
    order = bought(shop)
    deliver_all(shop)
    outdated = store.RolledUp(Figures(), late=1, seen=0)
    shop.table.write(Put({"PK": "FIGURES#2026-11", "SK": "DAY#21", **msgspec.to_builtins(outdated)}))
    assert told(shop, order) == []
