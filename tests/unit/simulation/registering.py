"""A world in which one event is recorded: somebody registers."""

from __future__ import annotations

from random import Random

from tradewind.aws.events import record_event
from tradewind.kernel.clock import BEGINNING
from tradewind.kernel.events import Event
from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, EMAIL_QUEUE
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.world import World

USER = "user-1"
REGISTERED = Event(
    event_id="01KAJ0EVENT000000000000001",
    type="UserRegistered",
    version=1,
    occurred_at=BEGINNING,
    aggregate_id=USER,
    sequence=1,
    correlation_id="test",
    data={"userId": USER},
)


def register(faults: PlannedFaults) -> World:
    """The world right after the commit of the event."""
    world = World(Random(1), faults)
    world.table.truth.write(record_event(REGISTERED, f"USER#{USER}"))
    world.table.publish()
    return world


def queues_that_handled(world: World) -> set[str]:
    """The queues whose consumers handled the event."""
    return {name for name in (EMAIL_QUEUE, ANALYTICS_QUEUE) if REGISTERED.event_id in world.queues[name].handled}
