from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import START, FakeClock, admin_event, call, customer_event, make_shop, public_event
from tests.trading import Saga, add_product, submit_order, with_customer
from tests.unit.analytics.reports import deliver_all, fold, sales, top_products

from tradewind.analytics.handlers import get_funnel, get_sales, get_top_products, track_events
from tradewind.aws.table import Delete, Query, query_all
from tradewind.catalog.public import product_key
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

TODAY = {"from": "2026-11-21", "to": "2026-11-21"}
SESSION = "session-of-ada"


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    return with_customer(make_shop(clock=clock))


def visitor(kind: str, session_id: str = SESSION, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"type": kind, "sessionId": session_id, **fields}


def track(shop: Shop, *events: dict[str, Any]) -> tuple[int, Any]:
    return call(track_events, public_event({"events": list(events)}), shop)


def funnel(shop: Shop, **period: str) -> dict[str, int]:
    fold(shop)
    status, answer = call(get_funnel, admin_event(query=TODAY | period), shop)
    assert status == 200
    return {step["step"]: step["sessions"] for step in answer["steps"] if step["sessions"]}


def buy(shop: Shop, **items: int) -> None:
    for product_id in items:
        if shop.table.get(product_key(product_id)) is None:
            add_product(shop, product_id, 100, price=3 if product_id == "mug" else 12.5)
    Saga(shop).run(submit_order(shop, items))


def test_visitor_events_are_accepted(shop: Shop) -> None:
    events = [visitor("page_view", path="/"), visitor("product_view", productId="mug")]
    assert track(shop, *events) == (202, {"accepted": 2})


def test_session_counts_once_for_each_step(shop: Shop) -> None:
    for _ in range(3):
        track(shop, visitor("page_view"), visitor("page_view"), visitor("product_view"))
    track(shop, visitor("page_view", "session-of-bob"), visitor("page_view", "session-of-eve"))
    assert funnel(shop) == {"page_view": 3, "product_view": 1}


def test_the_funnel_has_every_step_in_order_and_the_shops_own_counts(shop: Shop) -> None:
    track(shop, *(visitor("page_view", f"session-{number}") for number in range(3)), visitor("purchase", "session-0"))
    buy(shop, mug=1)
    deliver_all(shop)
    fold(shop)
    _, answer = call(get_funnel, admin_event(query=TODAY), shop)
    assert [(step["step"], step["share"]) for step in answer["steps"]] == [
        ("page_view", 1.0),
        ("product_view", 0.0),
        ("add_to_cart", 0.0),
        ("checkout_started", 0.0),
        ("purchase", 0.3333),
    ]
    assert (answer["ordersConfirmed"], answer["paymentsFailed"], answer["customersRegistered"]) == (1, 0, 0)


def test_share_is_null_without_visitors(shop: Shop) -> None:
    _, answer = call(get_funnel, admin_event(query=TODAY), shop)
    assert {step["share"] for step in answer["steps"]} == {None}


def test_only_a_daily_hash_of_a_visitor_is_stored(shop: Shop, clock: FakeClock) -> None:
    track(shop, visitor("page_view", path="/account/ada@example.com"))
    clock.advance(24 * 3600)
    track(shop, visitor("page_view"))
    assert isinstance(shop.table, MemoryTable)
    written = [record.new_image for record in shop.table.stream if record.new_image][-2:]
    assert all("ada" not in str(image) and SESSION not in str(image) for image in written)
    assert len({image["SK"].split("#")[1] for image in written}) == 2


@pytest.mark.parametrize(
    ("hours_ago", "counted_on"), [(0.5, "2026-11-20"), (2, "2026-11-21"), (-1, "2026-11-21"), (9_999, "2026-11-21")]
)
def test_client_time_is_believed_for_an_hour(hours_ago: float, counted_on: str) -> None:
    shop = make_shop(clock=FakeClock(START.replace(hour=0, minute=15)))
    at = (shop.clock.now() - timedelta(hours=hours_ago)).isoformat()
    track(shop, visitor("page_view", at=at))
    assert funnel(shop, **{"from": counted_on, "to": counted_on}) == {"page_view": 1}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_client_time_at_the_edge_of_the_calendar_is_not_believed(shop: Shop, at: str) -> None:
    assert track(shop, visitor("page_view", at=at))[0] == 202
    assert funnel(shop) == {"page_view": 1}


@pytest.mark.parametrize(
    ("events", "field"),
    [
        ([], "events"),
        ([visitor("page_view")] * 26, "events"),
        ([visitor("page_view"), visitor("nonsense")], "events[1].type"),
        ([visitor("page_view", "short")], "events[0].sessionId"),
        ([visitor("page_view", f"{SESSION}\n")], "events[0].sessionId"),
        ([visitor("page_view", at="2026-11-21T03:00:00")], "events[0].at"),
        ([visitor("page_view", productId="no spaces")], "events[0].productId"),
    ],
)
def test_request_with_an_invalid_event_is_refused_whole(shop: Shop, events: list[dict[str, Any]], field: str) -> None:
    status, answer = track(shop, *events)
    assert (status, answer["error"], [detail["field"] for detail in answer["details"]]) == (
        422,
        "InvalidRequest",
        [field],
    )
    assert funnel(shop) == {}


@pytest.mark.parametrize("endpoint", [get_sales, get_top_products, get_funnel])
def test_reports_are_for_administrators_only(shop: Shop, endpoint: Any) -> None:  # noqa: ANN401 - any endpoint
    assert call(endpoint, customer_event(query=TODAY), shop)[0] == 403
    assert call(endpoint, public_event(query=TODAY), shop)[0] == 401
    assert call(endpoint, admin_event(query=TODAY), shop)[0] == 200


@pytest.mark.parametrize("endpoint", [get_sales, get_top_products, get_funnel])
@pytest.mark.parametrize(
    ("first", "last", "field"), [("2026-11-21", "2026-11-20", "to"), ("2025-11-20", "2026-11-21", "from")]
)
def test_reversed_or_too_long_period_is_refused(shop: Shop, endpoint: Any, first: str, last: str, field: str) -> None:  # noqa: ANN401
    status, answer = call(endpoint, admin_event(query={"from": first, "to": last}), shop)
    assert (status, answer["error"], answer["details"][0]["field"]) == (422, "InvalidPeriod", field)


@pytest.mark.parametrize("endpoint", [get_sales, get_top_products, get_funnel])
@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "0001-12-31"), ("9999-01-01", "9999-12-31")])
def test_period_at_the_edge_of_the_calendar_is_accepted(shop: Shop, endpoint: Any, first: str, last: str) -> None:  # noqa: ANN401
    assert call(endpoint, admin_event(query={"from": first, "to": last}), shop)[0] == 200


def test_sales_add_up_by_month(shop: Shop, clock: FakeClock) -> None:
    for _ in range(3):
        buy(shop, mug=1)
        clock.advance(5 * 24 * 3600)
    deliver_all(shop)
    assert [(row["period"], row["orders"], row["revenue"]) for row in sales(shop, last="2026-12-31", by="month")] == [
        ("2026-11", 2, 6),
        ("2026-12", 1, 3),
    ]


def test_an_average_is_rounded_to_the_currency(shop: Shop) -> None:
    buy(shop, mug=1)
    buy(shop, mug=1, shirt=1)
    buy(shop, shirt=2)
    deliver_all(shop)
    assert sales(shop)[0]["averageOrderValue"] == 14.5
    buy(shop, mug=1)
    deliver_all(shop)
    assert sales(shop)[0]["averageOrderValue"] == 11.63, "46.50 / 4, a half up"


def test_top_products_come_by_revenue_with_their_names(shop: Shop) -> None:
    buy(shop, mug=3, shirt=1)
    buy(shop, mug=1)
    deliver_all(shop)
    answer = top_products(shop)
    assert answer["items"] == [
        {"productId": "shirt", "name": "Shirt", "units": 1, "revenue": 12.5, "currency": "USD"},
        {"productId": "mug", "name": "Mug", "units": 4, "revenue": 12, "currency": "USD"},
    ]
    assert top_products(shop, limit="1")["items"] == answer["items"][:1]
    assert top_products(shop, currency="EUR")["items"] == []
    assert answer["missing"] == 0


@pytest.mark.parametrize(("own", "expected"), [("USD", ["mug"]), ("JPY", ["tea"]), ("EUR", [])])
def test_top_products_without_a_currency_are_those_sold_in_the_shops_own(
    shop: Shop, own: str, expected: list[str]
) -> None:
    """Amounts of two currencies are neither added nor ranked: the sales name every one in which something was sold."""
    add_product(shop, "tea", price=900, currency="JPY")
    buy(shop, mug=1)
    buy(shop, tea=2)
    deliver_all(shop)
    fold(shop)
    same_shop = make_shop(table=shop.table, clock=shop.clock, settings=Settings(currency=own))
    items = top_products(same_shop)["items"]
    assert [each["productId"] for each in items] == expected
    assert {each["currency"] for each in items} <= {own}
    assert [(each["currency"], each["revenue"]) for each in sales(same_shop)] == [("JPY", 1800), ("USD", 3)]
    assert top_products(same_shop, currency="JPY")["items"] == [
        {"productId": "tea", "name": "Tea", "units": 2, "revenue": 1800, "currency": "JPY"}
    ]


def test_deleted_product_has_no_name(shop: Shop) -> None:
    buy(shop, mug=1)
    deliver_all(shop)
    shop.table.write(Delete(product_key("mug")))
    answer = top_products(shop)
    assert [(each["productId"], each["name"]) for each in answer["items"]] == [("mug", None)]


def test_log_is_spread_over_shards(shop: Shop) -> None:
    for _ in range(40):
        buy(shop, mug=1)
    deliver_all(shop)
    assert all(query_all(shop.table, Query(f"EVENTLOG#2026-11-21#{shard}")) for shard in range(8))


@pytest.mark.parametrize("endpoint", [get_sales, get_top_products, get_funnel])
def test_report_says_as_of_when_it_is(shop: Shop, clock: FakeClock, endpoint: Any) -> None:  # noqa: ANN401 - any endpoint
    assert call(endpoint, admin_event(query=TODAY), shop)[1]["asOf"] is None
    fold(shop)
    clock.advance(60)
    assert call(endpoint, admin_event(query=TODAY), shop)[1]["asOf"] == "2026-11-21T03:04:05.678000Z"


@pytest.mark.parametrize("endpoint", [get_sales, get_top_products, get_funnel])
def test_report_reads_no_log(shop: Shop, endpoint: Any) -> None:  # noqa: ANN401 - any endpoint
    buy(shop, mug=1)
    track(shop, visitor("page_view"))
    deliver_all(shop)
    _, answer = call(endpoint, admin_event(query=TODAY), shop)
    assert answer.get("items", []) == []
    assert answer.get("ordersConfirmed", 0) == 0
