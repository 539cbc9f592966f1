from __future__ import annotations

from random import Random

import pytest
from tests.unit.simulation.registering import queues_that_handled, register

from tradewind.aws.state_machine import RunFailed
from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, EMAIL_QUEUE
from tradewind_tools.memory.errors import TaskFailed
from tradewind_tools.simulation.errors import Throttled
from tradewind_tools.simulation.faults import EnvironmentFault, PlannedFaults
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import JOBS, World

MINUTE_MS = 60_000
JOB = JOBS[0]


def throttled_world(*faults: EnvironmentFault) -> World:
    return World(Random(1), PlannedFaults({}, faults))


def call_at(world: World, name: str, at_ms: int) -> list[str]:
    """Call the function at that moment: what became of it, once the world has run."""
    outcomes: list[str] = []

    def call() -> None:
        try:
            world.functions.call(name, {})
        except Throttled:
            outcomes.append("throttled")
        else:
            outcomes.append("done")

    world.scheduler.spawn("caller", call, after_ms=at_ms)
    return outcomes


@pytest.mark.parametrize(
    ("fault", "other"), [(EnvironmentFault.THROTTLED, "done"), (EnvironmentFault.ALL_THROTTLED, "throttled")]
)
def test_one_function_or_all_are_refused_for_a_minute(fault: EnvironmentFault, other: str) -> None:
    world = throttled_world(fault)
    one, again = call_at(world, JOB.name, 0), call_at(world, JOB.name, MINUTE_MS + 1_000)
    another = call_at(world, JOBS[1].name, MINUTE_MS // 2)
    world.scheduler.run()
    assert (one, another, again) == (["throttled"], [other], ["done"])


@pytest.mark.parametrize("fault", [EnvironmentFault.THROTTLED, EnvironmentFault.ALL_THROTTLED])
def test_event_arrives_although_functions_are_throttled(fault: EnvironmentFault) -> None:
    world = register(PlannedFaults({}, {fault}))
    world.scheduler.run()
    assert world.scheduler.now_ms > MINUTE_MS
    assert queues_that_handled(world) == {EMAIL_QUEUE, ANALYTICS_QUEUE}


def test_job_that_is_throttled_runs_later() -> None:
    world = throttled_world(EnvironmentFault.THROTTLED)
    world.scheduler.spawn("schedule", lambda: world.run_jobs([JOB]), is_managed=True)
    world.scheduler.run()
    assert MINUTE_MS < world.scheduler.now_ms < HOUR_MS
    assert world.calls.fault_counts[EnvironmentFault.JOB_AGAIN] > 0


def test_step_of_the_saga_that_is_throttled_fails_as_step_functions_says() -> None:
    world = throttled_world(EnvironmentFault.ALL_THROTTLED)
    errors: list[str] = []

    def invoke() -> None:
        try:
            world.state_machine.invoke("checkout-validate-order", {"orderId": "1"})
        except TaskFailed as failed:
            errors.append(failed.error)

    world.scheduler.spawn("saga", invoke)
    world.scheduler.run()
    assert errors == ["Lambda.TooManyRequestsException"]


def test_run_that_hangs_fails_after_five_minutes() -> None:
    world = throttled_world(EnvironmentFault.RUN_TIMED_OUT)
    outcomes: list[str] = []

    def run() -> None:
        try:
            world.state_machine.run({"orderId": "1", "customerId": "2", "correlationId": "3"})
        except RunFailed as failed:
            outcomes.append(str(failed))

    world.scheduler.spawn("starter", run)
    world.scheduler.run()
    assert outcomes == ["TIMED_OUT"]
    assert world.scheduler.now_ms >= 5 * MINUTE_MS
