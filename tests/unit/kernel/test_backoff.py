from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import FakeClock

from tradewind.kernel.backoff import pause_seconds


@given(st.integers(0, 10), st.integers(0, 1_000))
def test_pause_lies_below_a_bound_that_doubles(attempt: int, seed: int) -> None:
    assert 0 <= pause_seconds(attempt, 0.05, FakeClock(seed=seed)) <= 0.05 * 2**attempt


def test_pauses_of_two_who_collided_differ() -> None:
    assert len({pause_seconds(3, 0.05, FakeClock(seed=seed)) for seed in range(20)}) > 10
