from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from tradewind_tools.simulation.alarm_invariants import find_violations
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.scenario import Trouble
from tradewind_tools.simulation.world import World

ORDER = "01KAJ0RDER0000000000000001"


@pytest.fixture
def world() -> World:
    """A world with one order of 5.00 that was charged."""
    world = World(Random(1), PlannedFaults({}))
    run(world, lambda: world.provider.charge(f"{ORDER}-1", 500, "USD", "tok_approved"))
    return world


def run(world: World, call: Any) -> None:  # noqa: ANN401 - whatever a task does
    world.scheduler.spawn("caller", call)
    world.scheduler.run()


def line(metric: str, **facts: object) -> str:
    return msgspec.json.encode({metric: 1, "metadata": {"orderId": ORDER, **facts}}).decode()


def test_alarm_about_an_order_without_trouble_is_false(world: World) -> None:
    assert list(find_violations([], world)) == []
    assert len(list(find_violations([line("OrderMismatch", mismatches=["Money"])], world))) == 1


def test_dispute_must_ring(world: World) -> None:
    run(world, lambda: world.provider.make_trouble(ORDER, Trouble.DISPUTED))
    assert len(list(find_violations([], world))) == 1
    assert list(find_violations([line("PaymentProblem")], world)) == []
    assert len(list(find_violations([line("PaymentProblem", mismatches=["Stock"])], world))) == 1


def test_order_that_keeps_less_than_nothing_must_ring(world: World) -> None:
    run(world, lambda: world.provider.refund("r", "charge-1", 500, "USD"))
    run(world, lambda: world.provider.make_trouble(ORDER, Trouble.DISPUTE_LOST))
    assert len(list(find_violations([line("PaymentProblem")], world))) == 1
    rings = [line("PaymentProblem"), line("OrderMismatch", mismatches=["Overdrawn"])]
    assert list(find_violations(rings, world)) == []


def test_refund_that_is_stuck_rings_only_under_faults(world: World) -> None:
    stuck = msgspec.json.encode({"RefundStuck": 1, "metadata": {"stuckRefundIds": ["R-1"]}}).decode()
    assert len(list(find_violations([stuck], world))) == 1
    world.calls.has_faulted = True
    assert list(find_violations([stuck], world)) == []
