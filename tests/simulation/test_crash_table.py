from __future__ import annotations

import re

import pytest
from tests.source import ROOT

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.model import StateMachineStep
from tradewind_tools.simulation import crash_table
from tradewind_tools.simulation.faults import SYSTEMATIC_FAULTS

PAGE = ROOT / "docs" / "crash-table.md"
STEPS = {function.name for function in FUNCTIONS if isinstance(function.trigger, StateMachineStep)}


@pytest.fixture(scope="module")
def coverage() -> crash_table.Coverage:
    return crash_table.inject_all(only="an order is paid", pairs=200)


def test_no_invariant_is_violated_whichever_call_fails(coverage: crash_table.Coverage) -> None:
    assert coverage.violations == []
    assert coverage.histories > 3 * coverage.calls > 100


def test_every_call_is_tried_with_every_fault(coverage: crash_table.Coverage) -> None:
    called = {(actor, port) for actor, port, _ in coverage.singles}
    for actor, port in called:
        assert len({coverage.singles[actor, port, fault] for fault in SYSTEMATIC_FAULTS}) == 1


def test_page_lists_every_call_of_a_paid_order_and_no_violation(coverage: crash_table.Coverage) -> None:
    page = PAGE.read_text()
    rows = set(re.findall(r"^\| ([\w-]+) \| ([\w.]+) \|", page, re.MULTILINE))
    assert {(actor, port) for actor, port, _ in coverage.singles} <= rows
    assert {actor for actor, _ in rows} >= STEPS | {CHECKOUT} | crash_table.CONSUMERS
    assert page.rstrip().endswith("Violations: none")
