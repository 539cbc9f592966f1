from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tradewind_tools.bench.load.schedule import SHARES, grow, plan_arrivals


def random() -> Random:
    return Random(1)  # noqa: S311 - a crowd, no secret


def test_arrivals_come_at_their_rate_in_order_and_within_the_step() -> None:
    arrivals = plan_arrivals(50, 40, random())
    moments = [arrival.due_seconds for arrival in arrivals]
    assert moments == sorted(moments)
    assert 0 < moments[0] <= moments[-1] < 40
    assert len(arrivals) == pytest.approx(2000, rel=0.1)


def test_every_twenty_in_a_row_hold_the_shares() -> None:
    arrivals = plan_arrivals(50, 4, random())
    for start in range(0, len(arrivals) - 20, 20):
        assert Counter(arrival.kind for arrival in arrivals[start : start + 20]) == SHARES


def test_the_same_seed_is_the_same_crowd() -> None:
    assert plan_arrivals(5, 4, random()) == plan_arrivals(5, 4, random())


def test_rates_grow_by_a_factor() -> None:
    assert grow(2, 1.5, 3) == [2, 3, 4.5]
