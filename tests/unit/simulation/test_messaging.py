from __future__ import annotations

from random import Random

import pytest

from tradewind.aws.events import recorded
from tradewind.kernel.clock import BEGINNING
from tradewind.kernel.events import Event
from tradewind.outbox.rescue import FailedBatch, RecordsGone
from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, EMAIL_QUEUE
from tradewind_tools.simulation.faults import Fault, Mishap, PlannedFaults
from tradewind_tools.simulation.ports import shard_of
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import World

REGISTERED = Event(
    event_id="01KAJ0EVENT000000000000001",
    type="UserRegistered",
    version=1,
    occurred_at=BEGINNING,
    aggregate_id="nobody",
    sequence=1,
    correlation_id="test",
    data={"userId": "nobody"},
)


def world_in_which_somebody_registers(faults: PlannedFaults) -> World:
    world = World(Random(1), faults)
    world.table.truth.write(recorded(REGISTERED, "USER#nobody"))
    world.table.tell()
    return world


def consumers_of(world: World) -> set[str]:
    return {name for name in (EMAIL_QUEUE, ANALYTICS_QUEUE) if REGISTERED.event_id in world.queues[name].handled}


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(PlannedFaults({}), id="undisturbed"),
        pytest.param(PlannedFaults({}, {Mishap.RELAY_DOWN}), id="the relay gives up"),
        pytest.param(PlannedFaults({("stream-processor", 1): Fault.CRASH_AFTER}), id="the relay dies"),
    ],
)
def test_an_event_reaches_every_queue_that_a_rule_names(faults: PlannedFaults) -> None:
    world = world_in_which_somebody_registers(faults)
    world.scheduler.run()
    assert consumers_of(world) == {EMAIL_QUEUE, ANALYTICS_QUEUE}


def test_what_the_relay_gives_up_on_is_rescued() -> None:
    world = world_in_which_somebody_registers(PlannedFaults({}, {Mishap.RELAY_DOWN}))
    world.scheduler.run()
    assert any("stream.read" in step for step in world.calls.trace.telling((), 50))


def test_the_stream_forgets_what_is_older_than_a_day() -> None:
    world = world_in_which_somebody_registers(PlannedFaults({}))
    world.scheduler.run()
    first = FailedBatch("stream", str(shard_of("USER#nobody", 2)), "0", "0")
    assert read_after(world, 23 * HOUR_MS, first) == 1
    assert read_after(world, 2 * HOUR_MS, first) is RecordsGone


def read_after(world: World, pause_ms: int, batch: FailedBatch) -> int | type[RecordsGone]:
    """How many records there are to be read."""

    def read() -> int | type[RecordsGone]:
        try:
            return len(world.stream.records(batch))
        except RecordsGone as gone:
            return type(gone)

    task = world.scheduler.spawn("rescuer", read, after_ms=pause_ms)
    world.scheduler.run()
    found: int | type[RecordsGone] = task.result
    return found


def test_a_replay_brings_everything_again() -> None:
    world = world_in_which_somebody_registers(PlannedFaults({}))
    world.scheduler.run()
    world.queues[EMAIL_QUEUE].handled.clear()
    world.scheduler.spawn("replay", world.bus.replay)
    world.scheduler.run()
    assert EMAIL_QUEUE in consumers_of(world)


def test_an_event_is_delivered_again_only_about_whom_it_is() -> None:
    world = world_in_which_somebody_registers(PlannedFaults({}))
    world.scheduler.run()
    world.queues[EMAIL_QUEUE].handled.clear()
    for about in ("somebody", "nobody"):
        assert consumers_of(world) == {ANALYTICS_QUEUE}
        world.scheduler.spawn("bus", lambda about=about: world.bus.deliver_again("UserRegistered", about))  # type: ignore[misc]
        world.scheduler.run()
    assert consumers_of(world) == {EMAIL_QUEUE, ANALYTICS_QUEUE}
