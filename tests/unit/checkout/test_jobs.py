from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import UNLIMITED, FakeClock, call, customer_event, make_shop
from tests.trading import Saga, add_product, event_types, events, order_of, stock, submit_order, with_customer
from tests.unit.outbox.fake_bus import FakeBus

from tradewind.aws.table import Query
from tradewind.checkout.handlers import cancel_order as cancel_step
from tradewind.checkout.handlers import process_payment, refund_payment
from tradewind.checkout.jobs import resume_stuck
from tradewind.checkout.model import ALERT_AFTER, LONGEST_RUN, STUCK_AFTER
from tradewind.checkout.stuck_orders import PER_SHARD, find_stuck_orders
from tradewind.ordering.change_handlers import cancel_order
from tradewind.ordering.model import OrderStatus, PaymentStatus
from tradewind.payments.model import balance
from tradewind.payments.provider import Charge, PaymentProvider
from tradewind.payments.reads import list_ledger
from tradewind.shop import Shop

MOMENT = timedelta(seconds=1)


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "shirt", 1_000)
    return shop


def sweep(shop: Shop, *refusals: set[int]) -> list[str]:
    """Run the sweeper; the orders that it put on the bus again."""
    bus = FakeBus(*refusals)
    shop.bus = bus
    resume_stuck({}, None, shop)
    assert {event.type for event in bus.events} <= {"OrderPlaced"}
    return [event.aggregate_id for event in bus.events]


def step_input(shop: Shop, order_id: str) -> dict[str, Any]:
    order = order_of(shop, order_id)
    given = {"orderId": order_id, "customerId": order.customer_id, "correlationId": "run-1"}
    return given | {"reason": "CustomerInactive"}


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return line


def test_pending_order_is_resumed_once_it_can_have_no_run(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    clock.advance((STUCK_AFTER - MOMENT).total_seconds())
    assert sweep(shop) == []
    clock.advance((2 * MOMENT).total_seconds())
    assert sweep(shop) == [order_id]

    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert sweep(shop) == []


def test_resuming_publishes_the_recorded_event(shop: Shop, clock: FakeClock) -> None:
    submit_order(shop, {"shirt": 2})
    clock.advance(STUCK_AFTER.total_seconds() + 1)
    bus = FakeBus()
    shop.bus = bus
    resume_stuck({}, None, shop)
    assert bus.events == [event for event in events(shop) if event.type == "OrderPlaced"]


def test_order_that_awaits_its_payment_is_not_resumed(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2}, "tok_async")
    Saga(shop).run(order_id)
    clock.advance(STUCK_AFTER.total_seconds() + 1)
    assert sweep(shop) == []


def test_no_bus_is_made_when_nothing_is_stuck(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    resume_stuck({}, None, shop)
    assert "bus" not in vars(shop)
    line = last_line(capsys)
    assert (line["level"], line["metadata"]) == ("INFO", {"done": 0})


def test_cancelled_order_is_resumed_until_everything_is_given_back(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    clock.advance(STUCK_AFTER.total_seconds() + 1)
    assert sweep(shop) == [order_id]

    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert order_of(shop, order_id).payment_status is PaymentStatus.REFUNDED
    assert stock(shop, "shirt") == (1_000, 0, 0)
    assert sweep(shop) == []


def test_order_is_resumed_when_its_run_died_after_cancelling(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    cancel_step(step_input(shop, order_id), None, shop)
    assert stock(shop, "shirt") == (998, 2, 0)
    clock.advance(STUCK_AFTER.total_seconds() + 1)
    assert sweep(shop) == [order_id]

    Saga(shop).run(order_id)
    assert stock(shop, "shirt") == (1_000, 0, 0)
    assert event_types(shop).count("OrderCancelled") == 1
    assert sweep(shop) == []


class DelayedProvider:
    """A provider whose requests to charge arrive only after `happening`."""

    def __init__(self, provider: PaymentProvider, happening: Callable[[], None]) -> None:
        self._provider = provider
        self._happening = happening
        self._arrived = False

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        self._happening()
        self._arrived = True
        return self._provider.charge(key, amount_minor, currency, token)

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:
        return self._provider.look_up(key, token, reference) if self._arrived else None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of the protocol
        return getattr(self._provider, name)


def test_charge_made_after_the_refund_by_a_run_that_died_is_refunded(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    given = step_input(shop, order_id)

    def another_run_cancels() -> None:
        cancel_step(given, None, shop)
        refund_payment(given, None, shop)

    shop.provider = DelayedProvider(shop.provider, another_run_cancels)
    process_payment(given, None, shop)
    assert balance(list_ledger(shop.table, order_id)).kept == 2500

    clock.advance(STUCK_AFTER.total_seconds() + 1)
    assert sweep(shop) == [order_id]
    Saga(shop).run(order_id)
    assert balance(list_ledger(shop.table, order_id)).kept == 0


def test_cancelled_order_without_a_charge_is_resumed_once_more(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2}, "tok_declined")
    Saga(shop).run(order_id)
    clock.advance(LONGEST_RUN.total_seconds() + 1)
    assert sweep(shop) == []
    clock.advance(LONGEST_RUN.total_seconds())
    assert sweep(shop) == [order_id]
    Saga(shop).run(order_id)
    clock.advance(1)
    assert sweep(shop) == []


def test_order_that_the_bus_refused_is_resumed_next_time(shop: Shop, clock: FakeClock) -> None:
    orders = {submit_order(shop, {"shirt": 1}) for _ in range(3)}
    clock.advance(STUCK_AFTER.total_seconds() + 1)
    taken = sweep(shop, {1})
    assert len(taken) == 2
    assert set(sweep(shop)) == orders > set(taken)


def test_sweep_is_bounded_and_starts_with_recent_orders(shop: Shop, clock: FakeClock) -> None:
    shop.settings = UNLIMITED
    old = {submit_order(shop, {"shirt": 1}) for _ in range(4 * PER_SHARD + 100)}
    clock.advance(ALERT_AFTER.total_seconds())
    new = submit_order(shop, {"shirt": 1})
    clock.advance(STUCK_AFTER.total_seconds() + 1)
    found = [order.order_id for order in find_stuck_orders(shop.table, clock.now() - STUCK_AFTER, ALERT_AFTER)]
    assert found[0] == new
    assert set(found[1:]) < old
    assert len(found) <= 4 * PER_SHARD + 1


def test_orders_that_stay_stuck_are_alarmed(shop: Shop, clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> None:
    order_id = submit_order(shop, {"shirt": 1})
    clock.advance(STUCK_AFTER.total_seconds() + 1)
    sweep(shop)
    assert last_line(capsys)["level"] == "INFO"
    clock.advance(ALERT_AFTER.total_seconds())
    assert sweep(shop) == [order_id]
    line = last_line(capsys)
    assert (line["level"], line["message"], line["OrderStuck"]) == ("ERROR", "OrderStuck", 1)
    assert line["metadata"] == {"done": 1, "stuckOrderIds": [order_id]}


def test_settled_order_leaves_no_marker(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    call(cancel_order, customer_event(path={"orderId": order_id}), shop)
    Saga(shop).run(order_id)
    kinds = {item["SK"] for item in shop.table.query(Query(f"ORDER#{order_id}")).items}
    assert "UNSETTLED" not in kinds
    assert order_of(shop, order_id).status is OrderStatus.CANCELLED
