from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from tests.fakes import START, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, add_product, event_types, events, order_body, submit_order, with_customer
from tests.unit.analytics.figuring import COUNTED, counted_events, deliver, deliver_all, recounted, sales

from tradewind.analytics import store
from tradewind.analytics.consumers import record_event
from tradewind.analytics.reading import figures_between, products_between
from tradewind.analytics.recording import OrderUnseen, noted
from tradewind.aws.table import Key
from tradewind.kernel.events import Event
from tradewind.ordering.change_handlers import cancel_order, refund_order
from tradewind.ordering.handlers import place_order
from tradewind.payments.consumers import issue_refund
from tradewind.shop import Shop

TODAY = START.date()


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "mug", 1_000, price=3)
    add_product(shop, "shirt", 1_000, price=12.5)
    return shop


def confirmed(shop: Shop, **items: int) -> str:
    order_id = submit_order(shop, items)
    Saga(shop).run(order_id)
    return order_id


def declined(shop: Shop, **items: int) -> str:
    order_id = submit_order(shop, items, "tok_declined")
    Saga(shop).run(order_id)
    return order_id


def cancelled(shop: Shop, **items: int) -> str:
    order_id = confirmed(shop, **items)
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    return order_id


def row(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    nothing = {"orders": 0, "units": 0, "revenue": 0, "averageOrderValue": 0, "cancelled": 0}
    return {"period": f"{TODAY}", "currency": "USD", **nothing, "refunds": 0, "refunded": 0, **fields}


def happened(kind: str = "UserRegistered", *, days_ago: int = 0) -> Event:
    return Event(f"01KAJ0{kind}0", kind, 1, START - timedelta(days=days_ago), "somebody", 1, "request-1", {})


def test_a_confirmed_order_is_a_sale(shop: Shop) -> None:
    confirmed(shop, mug=2, shirt=1)
    deliver_all(shop)
    assert sales(shop) == [row(orders=1, units=3, revenue=18.5, averageOrderValue=18.5)]


def test_however_often_an_event_comes_it_counts_once(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    confirmed(shop, mug=1)
    for _ in range(3):
        deliver_all(shop)
    assert [each["orders"] for each in sales(shop)] == [1]
    printed = capsys.readouterr().out
    assert (printed.count('"Noted"'), printed.count('"AlreadyNoted"')) == (1, 2)


def test_an_order_that_was_never_confirmed_is_only_a_cancelled_one(shop: Shop) -> None:
    declined(shop, mug=1)
    deliver_all(shop)
    assert sales(shop) == [row(cancelled=1)]
    assert figures_between(shop.table, TODAY, TODAY)[TODAY].events == {"PaymentFailed": 1}


def test_a_cancellation_takes_the_sale_back(shop: Shop) -> None:
    cancelled(shop, mug=4)
    confirmed(shop, shirt=1)
    deliver_all(shop)
    assert sales(shop) == [row(orders=1, units=1, revenue=12.5, averageOrderValue=12.5, cancelled=1)]
    assert [each.product_id for each in products_between(shop.table, TODAY, TODAY)] == ["shirt"]


def test_a_refund_stands_beside_its_sale(shop: Shop) -> None:
    order_id = confirmed(shop, mug=4)
    refund = admin_event({"reason": "broken", "amount": 2.5}, path={"orderId": order_id})
    assert call(refund_order, refund, shop)[0] == 201
    requested = next(event for event in events(shop) if event.type == "RefundRequested")
    issue_refund.handle(requested, shop)
    deliver_all(shop)
    assert "RefundIssued" in event_types(shop)
    assert sales(shop) == [row(orders=1, units=4, revenue=12, averageOrderValue=12, refunds=1, refunded=2.5)]


def test_an_order_counts_on_the_day_it_was_placed(shop: Shop, clock: FakeClock) -> None:
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
        chance.choice([confirmed, confirmed, declined, cancelled])(shop, mug=chance.randint(1, 3))
        clock.advance(chance.randint(0, 8 * 3600))
    told = counted_events(shop)
    deliver(shop, chance.sample(told * 3, 3 * len(told)))
    figured = {
        date.fromisoformat(each["period"]): (each["orders"], each["revenue"], each["cancelled"])
        for each in sales(shop, last="2026-12-31")
    }
    assert figured == recounted(shop)


def test_an_order_of_a_thousand_lines_is_one_entry(shop: Shop) -> None:
    for number in range(99):
        add_product(shop, f"button-{number:03d}", 100, price=0.01)
    lines = [{"productId": f"button-{number % 99:03d}", "quantity": 1} for number in range(1_000)]
    status, placed = call(place_order, customer_event(order_body({}) | {"items": lines}), shop)
    assert status == 201
    Saga(shop).run(placed["orderId"])
    deliver_all(shop)
    assert sales(shop) == [row(orders=1, units=1_000, revenue=10, averageOrderValue=10)]
    assert sum(each.sold.units for each in products_between(shop.table, TODAY, TODAY)) == 1_000


def test_an_entry_of_a_day_that_is_over_says_so(shop: Shop) -> None:
    deliver(shop, [happened(days_ago=1)])
    yesterday = TODAY - timedelta(days=1)
    assert store.roll_ups(shop.table, yesterday, yesterday)[yesterday].late == 1
    deliver(shop, [happened(days_ago=1)])
    assert store.roll_ups(shop.table, yesterday, yesterday)[yesterday].late == 1


def test_an_entry_is_not_noted_when_its_day_may_be_forgotten(shop: Shop) -> None:
    deliver(shop, [happened(days_ago=391)])
    day = TODAY - timedelta(days=391)
    assert figures_between(shop.table, day, day) == {}


def test_an_entry_is_forgotten_in_time(shop: Shop) -> None:
    deliver(shop, [happened()])
    item = shop.table.get(Key("EVENTLOG#2026-11#0", "21#event#01KAJ0UserRegistered0"))
    assert item is not None
    assert item["expiresAt"] == 1_829_865_600, "the midnight before 27 December 2027"


def test_an_event_of_an_order_that_cannot_be_read_yet_comes_again(shop: Shop) -> None:
    told = {"orderId": "gone", "customerId": "nobody"}
    for kind in ("OrderConfirmed", "OrderCancelled"):
        event = Event("01KAJ0", kind, 1, START, "gone", 1, "request-1", told)
        with pytest.raises(OrderUnseen):
            noted(event, shop.table)
        with pytest.raises(OrderUnseen):
            record_event.handle(event, shop)


def test_an_order_is_counted_by_its_confirmation_alone() -> None:
    assert {
        "OrderConfirmed",
        "OrderCancelled",
        "RefundIssued",
        "PaymentFailed",
        "CartItemAdded",
        "UserRegistered",
    } == COUNTED
