from __future__ import annotations

from random import Random

import msgspec
import pytest

from tradewind.aws.events import recorded
from tradewind.aws.table import Put
from tradewind.kernel.clock import BEGINNING
from tradewind.kernel.events import Event
from tradewind_tools.blueprint.messaging import CHECKOUT_FAILURES, EMAIL_QUEUE
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.messaging import delivery
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


@pytest.fixture
def world() -> World:
    return World(Random(1), PlannedFaults({}))


def letter(event: Event) -> str:
    return delivery(msgspec.to_builtins(event))


def test_an_operator_comes_when_a_letter_dies_and_sends_it_back_to_its_queue(world: World) -> None:
    world.dead_letters.bury(f"{EMAIL_QUEUE}-dead-letters", letter(REGISTERED))
    world.scheduler.run()
    assert world.dead_letters.filled == []
    assert REGISTERED.event_id in world.queues[EMAIL_QUEUE].handled


def test_what_could_not_be_started_goes_back_to_the_bus(world: World) -> None:
    world.dead_letters.bury(CHECKOUT_FAILURES, letter(REGISTERED))
    world.scheduler.run()
    assert "rule" in world.calls.trace.telling({REGISTERED.aggregate_id}, 50)[0]
    assert REGISTERED.event_id in world.queues[EMAIL_QUEUE].handled


def test_something_is_done_at_the_first_call_about_somebody(world: World) -> None:
    done: list[int] = []
    world.functions.at_first_call("email-sender", "nobody", lambda: done.append(world.scheduler.now_ms))
    for user in ("somebody", "nobody", "nobody"):
        event = msgspec.structs.replace(REGISTERED, event_id=f"event-{user}", data={"userId": user}, aggregate_id=user)
        world.queues[EMAIL_QUEUE].put(letter(event))
        world.scheduler.run()
    assert len(done) == 1


@pytest.mark.parametrize(("partition", "is_work"), [("UNSETTLED#1", True), ("STATUS#completed#1", False)])
def test_what_jobs_go_through_is_work_that_is_left(world: World, partition: str, *, is_work: bool) -> None:
    world.table.truth.write(recorded(REGISTERED, "USER#nobody"))
    assert not world.has_work_left
    world.table.truth.write(Put({"PK": "ORDER#1", "SK": "ORDER#1", "GSI2PK": partition, "GSI2SK": "1"}))
    assert world.has_work_left is is_work
