from __future__ import annotations

from threading import Barrier

import pytest

from tradewind_tools.bench.load.loop import Outcome, run
from tradewind_tools.bench.load.schedule import Arrival, Kind


class Clock:
    """Time passes only while somebody sleeps, or is told to let it pass."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_a_stalled_answer_counts_for_all_who_were_due_meanwhile() -> None:
    """One visitor at a time, and the first is kept for ten seconds: the second was due after one of them."""
    clock, stalls = Clock(), [10.0, 0.5]
    arrivals = [Arrival(0, Kind.BROWSE), Arrival(1, Kind.ORDER)]
    everybody_is_due = Barrier(2)

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.time >= 101:
            everybody_is_due.wait()

    def act(kind: Kind) -> int:
        if kind is Kind.BROWSE:
            everybody_is_due.wait()
        clock.time += stalls.pop(0)
        return 200

    first, second = run(arrivals, act, 1, clock.now, sleep)
    assert (first.due, first.latency_seconds) == (0, 11)
    assert second.due == 1
    assert second.latency_seconds == pytest.approx(10.5)
    assert second.service_seconds == pytest.approx(0.5)


def test_every_arrival_has_its_outcome_however_many_come_at_once() -> None:
    arrivals = [Arrival(0, Kind.BROWSE)] * 200
    outcomes = run(arrivals, lambda _: 200, 16)
    assert [outcome.status for outcome in outcomes] == [200] * 200


@pytest.mark.parametrize(("status", "is_fault"), [(0, True), (500, True), (429, False), (409, False), (201, False)])
def test_no_answer_and_a_servers_error_are_faults(status: int, *, is_fault: bool) -> None:
    assert Outcome(Kind.ORDER, status, 0, 0, 1).is_fault is is_fault
