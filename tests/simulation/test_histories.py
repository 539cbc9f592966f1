from __future__ import annotations

import os
import secrets
import subprocess
import sys

from tests.source import SOURCE

from tradewind_tools.simulation.campaign import run_campaign
from tradewind_tools.simulation.faults import EnvironmentFault, Fault
from tradewind_tools.simulation.history import HistoryResult, run_history

FRESH_HISTORIES = 100
SEEDS_OF_BUGS = (26, 33, 16, 55, 102_434)
"""Seeds that once found bugs of the shop or of the simulation; their histories may have changed since."""

COMMON_RACES = (
    "cancellation and charge",
    "cancellation and sale of the stock",
    "cancellation and confirmation",
    "two cancellations",
    "two refunds",
    "two runs of the saga for one order",
    "two compensating runs for one order",
    "payment webhook and charge",
    "two clearing jobs",
    "one request sent twice",
)
"""Those that some hundred histories cannot miss."""


COMMON_FAULTS = set(Fault) | set(EnvironmentFault)
"""Likewise."""


def describe(result: HistoryResult) -> str:
    return "\n".join([*result.trace, *result.violations, f"again: ./dev simulate --seed {result.seed}"])


def test_no_invariant_is_violated_in_histories_of_fixed_seeds(histories: int) -> None:
    tally = run_campaign(range(histories), processes=os.cpu_count() or 1)
    assert tally.histories == histories
    assert tally.orders > histories / 2
    assert not tally.failures, describe(tally.failures[0])
    assert {name for name in COMMON_RACES if not tally.races[name]} == set()
    assert {name for name in COMMON_FAULTS if not tally.faults[name]} == set()


def test_no_invariant_is_violated_in_histories_of_fresh_seeds() -> None:
    first = secrets.randbits(40)
    tally = run_campaign(range(first, first + FRESH_HISTORIES))
    assert not tally.failures, describe(tally.failures[0])


def test_seeds_that_found_bugs_find_none_any_more() -> None:
    assert [describe(result) for seed in SEEDS_OF_BUGS if (result := run_history(seed)).violations] == []


def test_seed_gives_the_same_history_in_another_process_with_another_hash_seed() -> None:
    here = run_history(7)
    program = "from tradewind_tools.simulation.history import run_history; print(run_history(7).digest)"
    environment = {"PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "12345"}
    there = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here.digest


def test_different_seeds_give_different_histories() -> None:
    assert len({run_history(seed).digest for seed in range(10)}) == 10
