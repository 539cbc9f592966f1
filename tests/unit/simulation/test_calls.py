from __future__ import annotations

from random import Random

import pytest

from tradewind_tools.simulation.calls import AnswerLost, Calls, Refused, Trace
from tradewind_tools.simulation.faults import Call, ChanceFaults, Fault, Mishap, PlannedFaults
from tradewind_tools.simulation.scheduler import Scheduler


class Port:
    def __init__(self) -> None:
        self.done = 0

    def act(self) -> str:
        self.done += 1
        return "answer"


def outcome(fault: Fault | None, port: Port, *, endures: bool = False, kind: str = "table.write") -> object:
    """What a caller comes to whose first call suffers the fault: the answer, the error, or its death."""
    scheduler = Scheduler()
    calls = Calls(scheduler, PlannedFaults({("caller", 1): fault} if fault else {}), Random(1))

    def call() -> object:
        try:
            return calls.make(kind, "thing", port.act)
        except Exception as error:  # noqa: BLE001 - what is looked at
            return type(error)

    task = scheduler.spawn("caller", call, endures=endures)
    scheduler.run()
    return "dead" if task.is_dead else task.result


@pytest.mark.parametrize(
    ("fault", "expected", "done"),
    [
        (None, "answer", 1),
        (Fault.CRASH_BEFORE, "dead", 0),
        (Fault.CRASH_AFTER, "dead", 1),
        (Fault.LOST_ANSWER, AnswerLost, 1),
        (Fault.REFUSED, Refused, 0),
        (Fault.REPEATED, "answer", 2),
        (Fault.STALL, "answer", 1),
    ],
)
def test_a_fault_does_what_its_name_says(fault: Fault | None, expected: object, done: int) -> None:
    port = Port()
    assert (outcome(fault, port), port.done) == (expected, done)


@pytest.mark.parametrize(("fault", "expected"), [(Fault.CRASH_BEFORE, Refused), (Fault.CRASH_AFTER, AnswerLost)])
def test_a_service_of_the_cloud_does_not_die(fault: Fault, expected: type[Exception]) -> None:
    assert outcome(fault, Port(), endures=True) is expected


def test_chance_makes_faults_as_often_as_it_says_until_it_stops() -> None:
    faults = ChanceFaults(Random(1), 0.1)
    numbering = range(2_000)

    def struck() -> int:
        return sum(faults.strike(call(number)) is not None for number in numbering)

    assert 140 < struck() < 260
    faults.stop()
    assert struck() == 0
    assert not faults.befalls(Mishap.LATE, 1.0)


def test_only_single_writes_are_repeated_unnoticed() -> None:
    assert Fault.REPEATED in call(1).can_suffer
    assert Fault.REPEATED not in call(1)._replace(port="table.transact").can_suffer


def call(number: int) -> Call:
    return Call("caller", number, "table.write", "thing")


def trace() -> Trace:
    told = Trace()
    told.note(1, "order-create", "table.transact", "ORDER#1/LINES#00", "")
    told.note(2, "checkout-confirm-order", "table.get", "ORDER#1", "")
    told.note(3, "checkout-confirm-order", "table.get", "ORDER#1", "lost answer")
    told.note(4, "order-create", "table.transact", "ORDER#2/LINES#00", "")
    return told


def test_a_trace_tells_what_changed_a_subject_or_went_wrong_about_it() -> None:
    assert trace().telling({"ORDER#1"}, 9) == [
        "       0.001 s  order-create               table.transact   ORDER#1/LINES#00",
        "       0.003 s  checkout-confirm-order     table.get        ORDER#1  -> lost answer",
    ]


@pytest.mark.parametrize(("at_most", "lines"), [(9, 3), (1, 1), (0, 0)])
def test_without_a_subject_a_trace_tells_the_last_of_everything(at_most: int, lines: int) -> None:
    told = trace().telling((), at_most)
    assert len(told) == lines
    assert all("ORDER#2" in line for line in told[-1:])


def test_what_befalls_somebody_is_counted() -> None:
    calls = Calls(Scheduler(), ChanceFaults(Random(1), 1.0), Random(1))
    befell = [calls.befalls(Mishap.LATE, 0.5) for _ in range(100)]
    assert calls.mishaps[Mishap.LATE] == sum(befell) > 0


@pytest.mark.parametrize(
    ("fault", "mishap"),
    [(Fault.LOST_ANSWER, Mishap.CHARGED_UNHEARD), (Fault.REFUSED, Mishap.NOT_CHARGED)],
)
def test_a_charge_that_times_out_is_counted_by_whether_it_was_made(fault: Fault, mishap: Mishap) -> None:
    scheduler, port = Scheduler(), Port()
    calls = Calls(scheduler, PlannedFaults({("caller", 1): fault}), Random(1))
    scheduler.spawn("caller", lambda: calls.make("provider.charge", "key", port.act))
    with pytest.raises((AnswerLost, Refused)):
        scheduler.run()
    assert calls.mishaps == {fault: 1, mishap: 1}
