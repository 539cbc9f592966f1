from __future__ import annotations

from random import Random

import pytest

from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.errors import CallRefused, ResponseLost
from tradewind_tools.simulation.faults import ChanceFaults, EnvironmentFault, Fault, PlannedFaults, PortCall
from tradewind_tools.simulation.scheduler import Scheduler


class Port:
    def __init__(self) -> None:
        self.done = 0

    def act(self) -> str:
        self.done += 1
        return "response"


def call_under(fault: Fault | None, port: Port, *, is_managed: bool = False, kind: str = "table.write") -> object:
    """Make a call under the fault: its response, the type of its error, or `dead`."""
    scheduler = Scheduler()
    calls = Calls(scheduler, PlannedFaults({("caller", 1): fault} if fault else {}), Random(1))

    def call() -> object:
        try:
            return calls.make(kind, "thing", port.act)
        except Exception as error:  # noqa: BLE001 - its type is what is tested
            return type(error)

    task = scheduler.spawn("caller", call, is_managed=is_managed)
    scheduler.run()
    return "dead" if task.is_dead else task.result


def call(number: int) -> PortCall:
    return PortCall("caller", number, "table.write", "thing")


@pytest.mark.parametrize(
    ("fault", "expected", "done"),
    [
        (None, "response", 1),
        (Fault.CRASH_BEFORE, "dead", 0),
        (Fault.CRASH_AFTER, "dead", 1),
        (Fault.LOST_RESPONSE, ResponseLost, 1),
        (Fault.REFUSED, CallRefused, 0),
        (Fault.REPEATED, "response", 2),
        (Fault.STALL, "response", 1),
        (Fault.LATE_WRITE, CallRefused, 1),
    ],
)
def test_fault_has_the_effect_of_its_name(fault: Fault | None, expected: object, done: int) -> None:
    port = Port()
    assert (call_under(fault, port), port.done) == (expected, done)


@pytest.mark.parametrize(("fault", "expected"), [(Fault.CRASH_BEFORE, CallRefused), (Fault.CRASH_AFTER, ResponseLost)])
def test_crash_of_a_managed_service_is_an_error(fault: Fault, expected: type[Exception]) -> None:
    assert call_under(fault, Port(), is_managed=True) is expected


def test_faults_are_as_frequent_as_their_probability_until_they_stop() -> None:
    faults = ChanceFaults(Random(1), 0.1)
    numbers = range(2_000)

    def count_faults() -> int:
        return sum(faults.pick_fault(call(number)) is not None for number in numbers)

    assert 140 < count_faults() < 260
    faults.stop()
    assert count_faults() == 0
    assert not faults.occurs(EnvironmentFault.LATE, 1.0)


def test_only_single_writes_can_be_repeated_by_the_client_library() -> None:
    assert Fault.REPEATED in call(1).possible_faults
    assert Fault.REPEATED not in call(1)._replace(port="table.transact").possible_faults


@pytest.mark.parametrize("port", ["table.write", "table.transact"])
def test_only_writes_can_be_carried_out_after_their_caller_gave_up(port: str) -> None:
    assert Fault.LATE_WRITE in call(1)._replace(port=port).possible_faults
    assert Fault.LATE_WRITE not in call(1)._replace(port="table.get").possible_faults


def test_environment_faults_that_occur_are_counted() -> None:
    calls = Calls(Scheduler(), ChanceFaults(Random(1), 1.0), Random(1))
    occurred = [calls.occurs(EnvironmentFault.LATE, 0.5) for _ in range(100)]
    assert calls.fault_counts[EnvironmentFault.LATE] == sum(occurred) > 0


@pytest.mark.parametrize(
    ("fault", "environment_fault"),
    [
        (Fault.LOST_RESPONSE, EnvironmentFault.TIMED_OUT_CHARGED),
        (Fault.REFUSED, EnvironmentFault.TIMED_OUT_NOT_CHARGED),
    ],
)
def test_timeout_of_a_charge_is_counted_by_its_effect(fault: Fault, environment_fault: EnvironmentFault) -> None:
    scheduler, port = Scheduler(), Port()
    calls = Calls(scheduler, PlannedFaults({("caller", 1): fault}), Random(1))
    scheduler.spawn("caller", lambda: calls.make("provider.charge", "key", port.act))
    with pytest.raises((ResponseLost, CallRefused)):
        scheduler.run()
    assert calls.fault_counts == {fault: 1, environment_fault: 1}


def test_next_transaction_of_a_function_that_is_slowed_down_ends_after_anothers() -> None:
    scheduler, ended = Scheduler(), list[str]()
    calls = Calls(scheduler, PlannedFaults({}), Random(1))
    calls.slow_down("slow")
    for actor in ("slow", "other"):
        for port in ("table.get", "table.transact", "table.transact"):
            scheduler.spawn(actor, lambda actor=actor, port=port: calls.make(port, "", lambda: ended.append(actor)))  # type: ignore[misc]
    scheduler.run()
    assert ended[-1] == "slow"
    assert ended[:-1].count("slow") == 2
