from __future__ import annotations

import pytest
from tests.unit.simulation.registering import USER, queues_that_handled, register

from tradewind.aws.stream import FailedBatch, RecordsGone
from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, EMAIL_QUEUE
from tradewind_tools.simulation.faults import EnvironmentFault, Fault, PlannedFaults
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.stream import stream_shard_of
from tradewind_tools.simulation.world import World


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(PlannedFaults({}), id="no fault"),
        pytest.param(PlannedFaults({}, {EnvironmentFault.RELAY_DOWN}), id="the relay is down"),
        pytest.param(PlannedFaults({("stream-processor", 1): Fault.CRASH_AFTER}), id="the relay crashes"),
    ],
)
def test_event_reaches_every_queue_that_a_rule_names(faults: PlannedFaults) -> None:
    world = register(faults)
    world.scheduler.run()
    assert queues_that_handled(world) == {EMAIL_QUEUE, ANALYTICS_QUEUE}


def test_batch_that_the_relay_gave_up_is_read_from_the_stream_again() -> None:
    world = register(PlannedFaults({}, {EnvironmentFault.RELAY_DOWN}))
    world.scheduler.run()
    assert any("stream.read" in step for step in world.calls.trace.select((), 50))


def test_stream_forgets_records_after_a_day() -> None:
    world = register(PlannedFaults({}))
    world.scheduler.run()
    batch = FailedBatch("stream", str(stream_shard_of(f"USER#{USER}", 2)), "0", "0")
    assert read_after(world, 23 * HOUR_MS, batch) == 1
    assert read_after(world, 2 * HOUR_MS, batch) is RecordsGone


def read_after(world: World, pause_ms: int, batch: FailedBatch) -> int | type[RecordsGone]:
    """Read the batch after a pause: the number of its records, or the error."""

    def read() -> int | type[RecordsGone]:
        try:
            return len(world.stream.records(batch))
        except RecordsGone as gone:
            return type(gone)

    task = world.scheduler.spawn("rescuer", read, after_ms=pause_ms)
    world.scheduler.run()
    result: int | type[RecordsGone] = task.result
    return result
