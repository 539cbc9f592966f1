from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from tests.fakes import START, FakeClock, admin_event, make_shop
from tests.trading import Saga, add_product, submit_order, with_people
from tests.unit.analytics.reports import counted_events, deliver, deliver_all, fold

from tradewind.analytics.handlers import get_sales
from tradewind.analytics.model import SaleEntry
from tradewind.analytics.writes import insert_entry
from tradewind.ordering.read_handlers import list_orders
from tradewind.shop import Shop
from tradewind_tools.operations.figures_check import Count, DayComparison, verify

T = TypeVar("T")

TODAY = START.date()
TOMORROW = TODAY + timedelta(days=1)
OPERATIONS: dict[str, Callable[..., dict[str, Any]]] = {"/orders": list_orders, "/analytics/sales": get_sales}


class InMemory:
    """Reads the shop in memory through its own handlers."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def read(self, path: str, shape: type[T]) -> T:
        address = urlsplit(path)
        event = admin_event(query=dict(parse_qsl(address.query)))
        answer = OPERATIONS[address.path](event, None, self._shop)
        assert answer["statusCode"] == 200, answer
        return msgspec.json.decode(answer["body"], type=shape)


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_people(make_shop(clock=clock))
    add_product(shop, "mug", 1_000, price=3.1)
    return shop


def bought(shop: Shop, token: str = "tok_approved") -> None:
    Saga(shop).run(submit_order(shop, {"mug": 2}, token))


def verified(shop: Shop, wait: Callable[[float], object] = lambda _seconds: None) -> list[DayComparison]:
    """What the check says, while the job folds the figures every five minutes."""

    def pass_time(seconds: float) -> None:
        wait(seconds)
        assert isinstance(shop.clock, FakeClock)
        shop.clock.advance(300)
        fold(shop)

    fold(shop)
    return verify(InMemory(shop), TODAY, TOMORROW, pass_time)


def test_correct_figures_agree(shop: Shop, clock: FakeClock) -> None:
    bought(shop)
    bought(shop, "tok_declined")
    clock.advance(24 * 3600)
    bought(shop)
    submit_order(shop, {"mug": 1})
    deliver_all(shop)
    first, second = verified(shop)
    assert first == DayComparison(TODAY, "USD", *[Count(1, Decimal("6.2"), 1)] * 2)
    assert second == DayComparison(TOMORROW, "USD", *[Count(1, Decimal("6.2"), 0)] * 2)
    assert first.agrees
    assert second.agrees


def test_every_page_of_the_orders_is_counted(shop: Shop) -> None:
    for _ in range(101):
        bought(shop)
    deliver_all(shop)
    [day] = verified(shop)
    assert (day.agrees, day.recounted.orders) == (True, 101)


def test_missing_event_is_a_difference(shop: Shop) -> None:
    bought(shop)
    bought(shop)
    deliver(shop, [event for event in counted_events(shop) if event.type == "OrderConfirmed"][:1])
    [day] = verified(shop)
    assert (day.agrees, day.reported.orders, day.recounted.orders) == (False, 1, 2)


def test_sale_without_an_order_is_a_difference(shop: Shop) -> None:
    shop.table.write(insert_entry(SaleEntry("A", "USD", 1, {}), TODAY, shop.clock.now()))
    [day] = verified(shop)
    assert (day.reported.orders, day.recounted) == (1, Count())
    assert not day.agrees


def test_figures_that_are_late_are_compared_again(shop: Shop) -> None:
    bought(shop)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        deliver_all(shop)

    assert all(each.agrees for each in verified(shop, wait))
    assert waited == [5.0]


def test_difference_is_believed_when_the_figures_are_newer_than_the_first_look(shop: Shop) -> None:
    bought(shop)
    waited: list[float] = []
    [day] = verified(shop, waited.append)
    assert (day.agrees, waited) == (False, [5.0, 5.0])


def test_difference_is_believed_in_the_end_when_nothing_is_folded(shop: Shop) -> None:
    bought(shop)
    waited: list[float] = []
    [day] = verify(InMemory(shop), TODAY, TOMORROW, waited.append)
    assert (day.agrees, sum(waited)) == (False, 900)


def test_shop_without_orders_has_nothing_to_compare(shop: Shop) -> None:
    assert verified(shop) == []
