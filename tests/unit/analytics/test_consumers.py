from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from tests.fakes import START, UNLIMITED, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, add_product, event_types, events, order_body, submit_order, with_people
from tests.unit.analytics.reports import (
    COUNTED,
    counted_events,
    deliver,
    deliver_all,
    fold,
    recount,
    sales,
    top_products,
)

from tradewind.analytics.consumers import log_event
from tradewind.analytics.entries import make_entry
from tradewind.analytics.errors import OrderNotVisibleYet
from tradewind.analytics.reads import read_days
from tradewind.aws.table import Key
from tradewind.kernel.events import Event
from tradewind.ordering.change_handlers import cancel_order, refund_order
from tradewind.ordering.handlers import place_order
from tradewind.payments.consumers import issue_refund
from tradewind.shop import Shop

TODAY = START.date()


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_people(make_shop(clock=clock))
    add_product(shop, "mug", 1_000, price=3)
    add_product(shop, "shirt", 1_000, price=12.5)
    return shop


def confirm(shop: Shop, **items: int) -> str:
    order_id = submit_order(shop, items)
    Saga(shop).run(order_id)
    return order_id


def decline(shop: Shop, **items: int) -> str:
    order_id = submit_order(shop, items, "tok_declined")
    Saga(shop).run(order_id)
    return order_id


def cancel(shop: Shop, **items: int) -> str:
    order_id = confirm(shop, **items)
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    return order_id


def row(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    nothing = {"orders": 0, "units": 0, "revenue": 0, "averageOrderValue": 0, "cancelled": 0}
    return {"period": f"{TODAY}", "currency": "USD", **nothing, "refunds": 0, "refunded": 0, **fields}


def event_of(kind: str = "UserRegistered", *, days_ago: int = 0) -> Event:
    return Event(f"01KAJ0{kind}0", kind, 1, START - timedelta(days=days_ago), "somebody", 1, "request-1", {})


def test_a_confirmed_order_is_a_sale(shop: Shop) -> None:
    confirm(shop, mug=2, shirt=1)
    deliver_all(shop)
    assert sales(shop) == [row(orders=1, units=3, revenue=18.5, averageOrderValue=18.5)]


def test_event_counts_once_however_often_it_comes(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    confirm(shop, mug=1)
    for _ in range(3):
        deliver_all(shop)
    assert [each["orders"] for each in sales(shop)] == [1]
    printed = capsys.readouterr().out
    assert (printed.count('"Logged"'), printed.count('"AlreadyLogged"')) == (1, 2)


def test_order_that_was_never_confirmed_counts_as_cancelled_only(shop: Shop) -> None:
    decline(shop, mug=1)
    deliver_all(shop)
    assert sales(shop) == [row(cancelled=1)]
    assert read_days(shop.table, TODAY, TODAY)[TODAY].figures.events == {"PaymentFailed": 1}


def test_a_cancellation_takes_the_sale_back(shop: Shop) -> None:
    cancel(shop, mug=4)
    confirm(shop, shirt=1)
    deliver_all(shop)
    assert sales(shop) == [row(orders=1, units=1, revenue=12.5, averageOrderValue=12.5, cancelled=1)]
    assert [each["productId"] for each in top_products(shop)["items"]] == ["shirt"]


def test_refund_counts_beside_its_sale(shop: Shop) -> None:
    order_id = confirm(shop, mug=4)
    refund = admin_event({"reason": "broken", "amount": 2.5}, path={"orderId": order_id})
    assert call(refund_order, refund, shop)[0] == 201
    requested = next(event for event in events(shop) if event.type == "RefundRequested")
    issue_refund.handle(requested, shop)
    deliver_all(shop)
    assert "RefundIssued" in event_types(shop)
    assert sales(shop) == [row(orders=1, units=4, revenue=12, averageOrderValue=12, refunds=1, refunded=2.5)]


def test_order_counts_on_the_day_it_was_placed(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"mug": 1})
    clock.advance(24 * 3600)
    Saga(shop).run(order_id)
    deliver_all(shop)
    assert [each["period"] for each in sales(shop)] == [f"{TODAY}"]


@pytest.mark.parametrize("seed", range(5))
def test_figures_equal_a_recount_in_whatever_order_and_number_events_come(
    shop: Shop, clock: FakeClock, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the point is that it can be repeated
    for _ in range(20):
        chance.choice([confirm, confirm, decline, cancel])(shop, mug=chance.randint(1, 3))
        clock.advance(chance.randint(0, 8 * 3600))
    counted = counted_events(shop)
    deliver(shop, chance.sample(counted * 3, 3 * len(counted)))
    reported = {
        date.fromisoformat(each["period"]): (each["orders"], each["revenue"], each["cancelled"])
        for each in sales(shop, last="2026-12-31")
    }
    assert reported == recount(shop)


def test_an_order_of_a_thousand_lines_is_one_entry(shop: Shop) -> None:
    shop.settings = UNLIMITED
    for number in range(99):
        add_product(shop, f"button-{number:03d}", 100, price=0.01)
    lines = [{"productId": f"button-{number % 99:03d}", "quantity": 1} for number in range(1_000)]
    status, placed = call(place_order, customer_event(order_body({}) | {"items": lines}), shop)
    assert status == 201
    Saga(shop).run(placed["orderId"])
    deliver_all(shop)
    assert sales(shop) == [row(orders=1, units=1_000, revenue=10, averageOrderValue=10)]
    assert sum(each["units"] for each in top_products(shop, limit="100")["items"]) == 1_000


def test_entry_of_a_past_day_is_noted_once(shop: Shop, clock: FakeClock) -> None:
    deliver(shop, [event_of(days_ago=1)])
    yesterday = TODAY - timedelta(days=1)
    noted = read_days(shop.table, yesterday, yesterday)[yesterday].late_until
    assert noted == "2026-11-21T03:06:05.678Z"
    clock.advance(1)
    deliver(shop, [event_of(days_ago=1)])
    assert read_days(shop.table, yesterday, yesterday)[yesterday].late_until == noted


def test_entry_beyond_the_limit_is_not_logged(shop: Shop) -> None:
    deliver(shop, [event_of(days_ago=391)])
    day = TODAY - timedelta(days=391)
    fold(shop)
    assert read_days(shop.table, day, day) == {}


def test_entry_expires_after_its_lifetime(shop: Shop) -> None:
    deliver(shop, [event_of()])
    item = shop.table.get(Key("EVENTLOG#2026-11-21#0", "event#01KAJ0UserRegistered0"))
    assert item is not None
    assert item["expiresAt"] == 1_829_865_600, "the midnight before 27 December 2027"


def test_event_of_an_order_that_is_not_visible_yet_is_retried(shop: Shop) -> None:
    data = {"orderId": "gone", "customerId": "nobody"}
    for kind in ("OrderConfirmed", "OrderCancelled"):
        event = Event("01KAJ0", kind, 1, START, "gone", 1, "request-1", data)
        with pytest.raises(OrderNotVisibleYet):
            make_entry(event, shop.table)
        with pytest.raises(OrderNotVisibleYet):
            log_event.handle(event, shop)


def test_rule_sends_the_counted_events_and_no_placed_order() -> None:
    assert {
        "OrderConfirmed",
        "OrderCancelled",
        "RefundIssued",
        "PaymentFailed",
        "CartItemAdded",
        "UserRegistered",
    } == COUNTED
