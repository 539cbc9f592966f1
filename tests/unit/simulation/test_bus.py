from __future__ import annotations

from functools import partial

from tests.unit.simulation.registering import REGISTERED, USER, queues_that_handled, register

from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, EMAIL_QUEUE
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.world import World


def register_and_forget() -> World:
    """The world after the event was handled; the mail queue forgets that."""
    world = register(PlannedFaults({}))
    world.scheduler.run()
    world.queues[EMAIL_QUEUE].handled.clear()
    return world


def test_replay_delivers_archived_events_again() -> None:
    world = register_and_forget()
    world.scheduler.spawn("replay", world.bus.replay)
    world.scheduler.run()
    assert queues_that_handled(world) == {EMAIL_QUEUE, ANALYTICS_QUEUE}


def test_event_is_redelivered_only_for_its_own_aggregate() -> None:
    world = register_and_forget()
    for aggregate_id in ("another user", USER):
        assert queues_that_handled(world) == {ANALYTICS_QUEUE}
        world.scheduler.spawn("bus", partial(world.bus.redeliver, REGISTERED.type, aggregate_id))
        world.scheduler.run()
    assert queues_that_handled(world) == {EMAIL_QUEUE, ANALYTICS_QUEUE}
