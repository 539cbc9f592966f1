from __future__ import annotations

from collections import Counter

import pytest

from tradewind_tools.bench.load.accounts import Books
from tradewind_tools.bench.load.figures import Step, percentile
from tradewind_tools.bench.load.loop import Outcome
from tradewind_tools.bench.load.schedule import Kind


def step(latencies: list[float], kind: Kind = Kind.ORDER, status: int = 200, waited: float = 0) -> Step:
    """Ten seconds, in which requests came each tenth of one."""
    outcomes = [
        Outcome(kind, status, number / 10, number / 10 + waited, number / 10 + latency)
        for number, latency in enumerate(latencies)
    ]
    return Step(len(outcomes) / 10, 10, outcomes)


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (100, 100), (0, 1), (99.5, 100)])
def test_percentile_is_the_smallest_value_that_so_many_do_not_exceed(percent: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == value


def test_percentile_of_one_is_that_one() -> None:
    assert percentile([3.0], 99) == 3.0


def test_latency_runs_from_when_a_request_was_due() -> None:
    found = step([2.0] * 100, waited=1.5).latency(Kind.ORDER)
    assert found is not None
    assert (found.median, found.p99, found.worst) == pytest.approx((2, 2, 2))
    assert found.uncorrected_p99 == pytest.approx(0.5)


def test_kind_that_nobody_did_has_no_latency_and_no_share() -> None:
    assert step([1.0]).latency(Kind.CART) is None
    assert step([1.0]).emulator_share(Kind.ORDER) is None


def test_share_of_the_emulator_is_that_of_nothing_in_the_median() -> None:
    both = [*step([0.1] * 5, Kind.NOTHING).outcomes, *step([0.4] * 5).outcomes]
    assert Step(1, 10, both).emulator_share(Kind.ORDER) == pytest.approx(0.25)


def test_step_that_is_answered_in_time_is_within_the_limit() -> None:
    assert not step([0.5] * 100).is_beyond_limit
    assert not Step(1, 10, []).is_beyond_limit


@pytest.mark.parametrize(
    "beyond",
    [
        step([0.5] * 80 + [9.0] * 20),
        step([0.5] * 98, status=503),
        step([10.5] * 2 + [0.1] * 98),
    ],
    ids=["falls behind", "fails", "keeps some waiting"],
)
def test_step_is_beyond_the_limit(beyond: Step) -> None:
    assert beyond.is_beyond_limit


def test_rate_of_answers_counts_no_fault_and_all_of_the_time() -> None:
    assert step([0.5] * 100).answered_a_second == pytest.approx(10 * 10 / 10.4)
    assert step([0.5] * 100, status=0).answered_a_second == 0


def books(placed: int, states: dict[str, int], refused: int = 0, units: int | None = None) -> Books:
    standing = sum(number for state, number in states.items() if state != "cancelled")
    return Books(placed, 0, Counter(states), Counter({429: refused}), standing if units is None else units)


def test_books_balance_when_every_order_has_its_end_and_its_stock() -> None:
    assert books(10, {"processing": 7, "cancelled": 2}, refused=1).balances


@pytest.mark.parametrize(
    "wrong",
    [
        books(10, {"processing": 9}),
        books(10, {"processing": 9, "pending": 1}),
        books(10, {"processing": 8, "cancelled": 2}, units=10),
    ],
    ids=["one is missing", "one has no end", "a cancelled one keeps its stock"],
)
def test_books_do_not_balance(wrong: Books) -> None:
    assert not wrong.balances
    assert "DOES NOT AGREE" in wrong.words


def test_books_say_what_became_of_the_orders() -> None:
    assert books(10, {"processing": 9}, refused=1)._replace(asked_again=2).words == (
        "10 orders (2 asked for again, unanswered at first) = 9 processing + 1 refused with 429; the stock agrees."
    )
