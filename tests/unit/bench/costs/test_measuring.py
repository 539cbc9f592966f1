from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tradewind_tools.bench.costs.assumptions import TRANSITION_MS
from tradewind_tools.bench.costs.measuring import MeasuredScenario, ScenarioCounts, need_all_mails
from tradewind_tools.bench.costs.page import page, thousand_orders
from tradewind_tools.bench.costs.prices import Unit
from tradewind_tools.bench.costs.scenarios import ORDER, CostScenario, HttpTraffic
from tradewind_tools.bench.costs.shops import SHOPS, base_usage, monthly_usage, runs_a_month
from tradewind_tools.bench.errors import NotMeasurable
from tradewind_tools.ministack.meter import TableUsage


def recorded_event(kind: str, **data: object) -> dict[str, Any]:
    return {"detail-type": kind, "detail": {"data": data}}


def counts(**parts: Any) -> ScenarioCounts:  # noqa: ANN401 - any field of what was counted
    nothing: dict[str, Any] = {
        "times": 2,
        "traffic": HttpTraffic(requests=2, bytes_out=2_000),
        "table": TableUsage(read_units=4.0, write_units=20.0),
        "calls": Counter({"order-create": 2, "event-recorder": 2}),
        "cpu_ms": {"order-create": Decimal(4), "event-recorder": Decimal(2)},
        "log_bytes": 2_000,
        "events": (recorded_event("OrderPlaced", cartRemains=False), recorded_event("OrderConfirmed")) * 2,
        "mails": 2,
        "table_bytes": 4_000,
    }
    return ScenarioCounts(**(nothing | parts))


@pytest.fixture
def order() -> MeasuredScenario:
    return MeasuredScenario(ORDER, counts())


def test_scenario_whose_mails_are_not_all_sent_is_not_counted() -> None:
    need_all_mails(ORDER, 20, 20)
    with pytest.raises(NotMeasurable, match="3 of 20 mails"):
        need_all_mails(ORDER, 20, 3)


def test_usage_is_that_of_one_run(order: MeasuredScenario) -> None:
    usage = order.usage()
    assert [usage[unit] for unit in (Unit.API_REQUEST, Unit.WRITE_UNIT, Unit.READ_UNIT)] == [1, 10, 2]
    assert [usage[unit] for unit in (Unit.EVENT, Unit.LAMBDA_REQUEST, Unit.MAIL)] == [2, 2, 1]


def test_books_of_the_fake_provider_are_not_the_shops() -> None:
    order = MeasuredScenario(ORDER, counts(provider_units=4))
    assert order.usage()[Unit.WRITE_UNIT] == 10 - 2


def test_events_go_where_the_rules_take_them(order: MeasuredScenario) -> None:
    """OrderPlaced is a message that starts a run, OrderConfirmed three messages: of three requests each."""
    usage = order.usage()
    assert usage[Unit.EXPRESS_REQUEST] == 1
    assert usage[Unit.QUEUE_REQUEST] == 12


def test_messages_of_a_busy_shop_are_batched(order: MeasuredScenario) -> None:
    alone, busy = order.usage(), order.usage(orders_a_second=Decimal(100))
    assert busy[Unit.LAMBDA_REQUEST] == 1 + Decimal("0.1")
    assert busy[Unit.QUEUE_REQUEST] == 4 + 2 + 3 * Decimal("0.2")
    assert busy.dollars < alone.dollars


def test_a_small_function_takes_longer_for_the_same_work() -> None:
    """Two calls of 256 MB, 4 ms of CPU together, at a share of 256/1769 of a CPU, and 1 % of 150 ms for cold starts."""
    only = MeasuredScenario(ORDER, counts(calls=Counter({"order-create": 2}), cpu_ms={"order-create": Decimal(4)}))
    share = Decimal(256) / 1769
    expected = (4 / share + 2 * Decimal("1.5")) / 1000 * Decimal("0.25") / 2
    assert only.usage()[Unit.LAMBDA_GB_SECOND] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("expression", "runs"), [("rate(5 minutes)", 8_640), ("rate(1 hour)", 720), ("rate(1 day)", 30)]
)
def test_schedules_are_counted(expression: str, runs: int) -> None:
    assert runs_a_month(expression) == runs


def test_another_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        runs_a_month("cron(0 3 * * ? *)")


def test_a_month_is_dearer_the_more_orders_there_are(order: MeasuredScenario) -> None:
    months = [monthly_usage(shop, [order]).dollars for shop in SHOPS]
    assert months == sorted(months)
    assert months[0] > base_usage().dollars > 0


def test_a_thousand_orders_are_counted_without_their_mails_and_traces(order: MeasuredScenario) -> None:
    usage = thousand_orders(order)
    assert usage[Unit.MAIL] == usage[Unit.TRACE] == 0
    assert usage[Unit.API_REQUEST] == 1_000


def test_page_says_what_the_mails_and_traces_of_the_orders_cost(order: MeasuredScenario) -> None:
    """A request, and four messages that wait for others: one trace in twenty, at $5 for a million."""
    assert "The mails themselves cost $0.10, the traces $0.0003." in page([order, order])


def test_page_says_what_short_messages_cost(order: MeasuredScenario) -> None:
    """Two for an order, at two thirds of a cent each, are as dear as 260 orders."""
    assert "2 for an order" in (text := page([order, order]))
    assert "**$12.90**" in text


def test_page_names_every_scenario_and_every_price(order: MeasuredScenario) -> None:
    reading = MeasuredScenario(CostScenario("a product's page", "40", lambda _: None), counts())
    text = page([order, reading])
    assert all(words in text for words in (ORDER.name, "a product's page", *(unit.words for unit in Unit)))


def test_starter_is_paid_for_as_long_as_the_run_that_it_awaits() -> None:
    calls = Counter({"checkout-starter": 2, "checkout-confirm-order": 2})
    cpu_ms = {"checkout-starter": Decimal(), "checkout-confirm-order": Decimal(10)}
    counted = counts(calls=calls, cpu_ms=cpu_ms)
    step_ms = 10 / (Decimal(256) / 1769) + 2 * Decimal("1.5")
    run_ms = step_ms + 2 * TRANSITION_MS
    own_ms = 2 * Decimal("1.5")
    expected = (step_ms * Decimal("0.25") + (run_ms + own_ms) * Decimal("0.125")) / 1000 / 2
    assert MeasuredScenario(ORDER, counted).usage()[Unit.LAMBDA_GB_SECOND] == pytest.approx(expected)
