from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, make_shop
from tests.trading import add_product, event_types, events, order_of, submit_order, with_customer

from tradewind.aws.state_machine import RunFailed, RunNotStarted
from tradewind.checkout import handlers
from tradewind.checkout.starter import start_checkout
from tradewind.kernel.events import Event
from tradewind.ordering.model import OrderStatus
from tradewind.shop import Shop
from tradewind_tools.blueprint.saga import definition_by_name
from tradewind_tools.memory.state_machine import MemoryStateMachine


class FakeStateMachine:
    """A state machine whose runs end as they are told to: one error for each, then success."""

    def __init__(self, *errors: Exception) -> None:
        self.inputs: list[Mapping[str, str]] = []
        self._errors = list(errors)

    def run(self, data: Mapping[str, str]) -> None:
        self.inputs.append(data)
        if self._errors:
            raise self._errors.pop(0)


def deliver(event: Event, shop: Shop) -> list[str]:
    """Deliver the event as a message; the ids of messages that are to come again."""
    body = msgspec.json.encode({"detail": event}).decode()
    answer = start_checkout({"Records": [{"messageId": "1", "body": body}]}, None, shop)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "shirt", 10)
    return shop


@pytest.fixture
def placed(shop: Shop) -> Event:
    submit_order(shop, {"shirt": 2})
    return events(shop)[-1]


def test_one_run_is_started_for_a_message_with_its_order(shop: Shop, placed: Event) -> None:
    shop.state_machine = machine = FakeStateMachine()
    assert deliver(placed, shop) == []
    order_id, correlation_id = placed.aggregate_id, placed.correlation_id
    assert machine.inputs == [{"orderId": order_id, "customerId": CUSTOMER_ID, "correlationId": correlation_id}]


@pytest.mark.parametrize("error", [RunFailed("FAILED TableBusy"), RunFailed("TIMED_OUT"), ConnectionError("reset")])
def test_message_comes_again_after_a_run_that_did_not_succeed(shop: Shop, placed: Event, error: Exception) -> None:
    shop.state_machine = machine = FakeStateMachine(error)
    assert deliver(placed, shop) == ["1"]
    assert len(machine.inputs) == 1
    assert deliver(placed, shop) == []


def test_throttled_start_is_tried_again_after_a_pause(shop: Shop, placed: Event, clock: FakeClock) -> None:
    shop.state_machine = machine = FakeStateMachine(*[RunNotStarted()] * 3)
    assert deliver(placed, shop) == []
    assert len(machine.inputs) == 4
    assert len(clock.slept) == 3
    assert sum(clock.slept) <= 0.5 + 1 + 2


def test_message_comes_again_while_no_run_can_be_started(shop: Shop, placed: Event) -> None:
    shop.state_machine = machine = FakeStateMachine(*[RunNotStarted()] * 9)
    assert deliver(placed, shop) == ["1"]
    assert len(machine.inputs) == 4


def test_order_goes_through_the_saga_and_again_without_effect(shop: Shop, placed: Event) -> None:
    def invoke(name: str, payload: dict[str, Any]) -> dict[str, Any]:
        step = getattr(handlers, name.removeprefix("checkout-").replace("-", "_"))
        answer: dict[str, Any] = step(payload, None, shop)
        return answer

    shop.state_machine = MemoryStateMachine(definition_by_name(), invoke)
    assert deliver(placed, shop) == deliver(placed, shop) == []
    assert order_of(shop, placed.aggregate_id).status is OrderStatus.PROCESSING
    assert event_types(shop).count("OrderConfirmed") == 1
