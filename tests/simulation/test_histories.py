from __future__ import annotations

import os
import secrets
import subprocess
import sys

from tests.source import SOURCE

from tradewind_tools.simulation.campaign import run
from tradewind_tools.simulation.faults import Fault, Mishap
from tradewind_tools.simulation.history import Verdict, relive

FRESH_HISTORIES = 100
SEEDS_OF_BUGS = (26, 33, 16, 55, 102_434)
"""Seeds by which bugs of the shop, or of the simulation, were found; what they tell may have changed since."""

COMMON_RACES = (
    "a cancel against the charge",
    "a cancel against the sale of the stock",
    "a cancel against the confirmation",
    "a cancel against a cancel",
    "a refund against a refund",
    "two runs of the saga, one order",
    "two runs that give back, one order",
    "a webhook of the bank against the charge",
    "two clearing jobs",
    "one request sent twice",
)
"""Those that some hundred histories cannot miss."""


COMMON_MISHAPS = set(Fault) | set(Mishap)
"""Likewise."""


def told(verdict: Verdict) -> str:
    return "\n".join([*verdict.trace, *verdict.violations, f"again: ./dev simulate --seed {verdict.seed}"])


def test_nothing_is_violated_in_histories_of_fixed_seeds(histories: int) -> None:
    tally = run(range(histories), processes=os.cpu_count() or 1)
    assert tally.histories == histories
    assert tally.orders > histories / 2
    assert not tally.failed, told(tally.failed[0])
    assert {name for name in COMMON_RACES if not tally.races[name]} == set()
    assert {name for name in COMMON_MISHAPS if not tally.went_wrong[name]} == set()


def test_nothing_is_violated_in_histories_that_nobody_has_seen() -> None:
    first = secrets.randbits(40)
    tally = run(range(first, first + FRESH_HISTORIES))
    assert not tally.failed, told(tally.failed[0])


def test_seeds_that_found_bugs_find_none_any_more() -> None:
    assert [told(verdict) for seed in SEEDS_OF_BUGS if (verdict := relive(seed)).violations] == []


def test_a_seed_lives_again_identically_in_another_process_with_other_hashes() -> None:
    here = relive(7)
    program = "from tradewind_tools.simulation.history import relive; print(relive(7).digest)"
    environment = {"PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "12345"}
    there = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here.digest


def test_histories_differ() -> None:
    assert len({relive(seed).digest for seed in range(10)}) == 10
