"""A request for a large order is broken at each of its calls, and repeated with its key until it is answered."""

from __future__ import annotations

from random import Random

import pytest

from tradewind_tools.simulation.faults import Fault, PlannedFaults
from tradewind_tools.simulation.history import run_scenario
from tradewind_tools.simulation.scenario import Purchase, Scenario
from tradewind_tools.simulation.scenario_generator import CUSTOMERS

SEED = 1
ALL = {f"product-{number:03d}": 1 for number in range(170)}
SCENARIO = Scenario(ALL, (Purchase(CUSTOMERS[0], tuple(ALL.items()), "tok_approved", key="key"),))
BREAKS = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST_RESPONSE, Fault.REFUSED, Fault.LATE_WRITE)
CALLS = 9
"""Products and key are read, the attempt is counted, the limits are looked at; the key is looked at and claimed; three
chunks are held; the order is placed."""


def run(plan: dict[tuple[str, int], Fault]) -> tuple[PlannedFaults, int, tuple[str, ...]]:
    faults = PlannedFaults(plan)
    result = run_scenario(SEED, SCENARIO, Random(SEED), faults)
    return faults, result.orders, result.violations


def test_all_calls_of_the_request_are_broken_below() -> None:
    faults, _, _ = run({})
    assert sum(call.actor == "order-create" for call in faults.calls) == CALLS


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_the_last_piece_of_everything_is_ordered_whichever_call_breaks(number: int, fault: Fault) -> None:
    _, orders, violations = run({("order-create", number): fault})
    assert (orders, violations) == (1, ())
