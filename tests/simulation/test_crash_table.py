from __future__ import annotations

import re

import pytest
from tests.source import ROOT

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.model import StepOf
from tradewind_tools.simulation import crash_table
from tradewind_tools.simulation.faults import SYSTEMATIC

PAGE = ROOT / "docs" / "crash-table.md"
STEPS = {function.name for function in FUNCTIONS if isinstance(function.trigger, StepOf)}


@pytest.fixture(scope="module")
def covered() -> crash_table.Cover:
    return crash_table.cover(only="an order is paid", pairs=200)


def test_nothing_is_violated_whichever_call_is_crashed(covered: crash_table.Cover) -> None:
    assert covered.failed == []
    assert covered.histories > 3 * covered.calls > 100


def test_every_call_is_tried_with_every_fault(covered: crash_table.Cover) -> None:
    called = {(actor, port) for actor, port, _ in covered.singles}
    for actor, port in called:
        assert len({covered.singles[actor, port, fault] for fault in SYSTEMATIC}) == 1


def test_the_page_tells_of_every_call_that_a_paid_order_makes_and_of_no_violation(covered: crash_table.Cover) -> None:
    page = PAGE.read_text()
    rows = set(re.findall(r"^\| ([\w-]+) \| ([\w.]+) \|", page, re.MULTILINE))
    assert {(actor, port) for actor, port, _ in covered.singles} <= rows
    assert {actor for actor, _ in rows} >= STEPS | {CHECKOUT} | crash_table.CONSUMERS
    assert page.rstrip().endswith("Violations: none")
