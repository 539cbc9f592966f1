from __future__ import annotations

from random import Random

import msgspec
import pytest
from tests.unit.simulation.registering import REGISTERED

from tradewind.aws.events import record_event
from tradewind.aws.table import Put
from tradewind.kernel.events import Event
from tradewind_tools.blueprint.messaging import EMAIL_QUEUE
from tradewind_tools.simulation.bus import encode_queue_body
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.world import World


@pytest.fixture
def world() -> World:
    return World(Random(1), PlannedFaults({}))


def message_body(event: Event) -> str:
    return encode_queue_body(msgspec.to_builtins(event))


def test_operator_redrives_a_dead_letter_to_its_queue(world: World) -> None:
    world.dead_letters.bury(f"{EMAIL_QUEUE}-dead-letters", message_body(REGISTERED))
    world.scheduler.run()
    assert world.dead_letters.filled == []
    assert REGISTERED.event_id in world.queues[EMAIL_QUEUE].handled


def test_callback_runs_at_the_first_call_about_its_subject(world: World) -> None:
    calls_ms: list[int] = []
    world.functions.on_first_call("email-sender", "user-1", lambda: calls_ms.append(world.scheduler.now_ms))
    for user in ("user-2", "user-1", "user-1"):
        event = msgspec.structs.replace(REGISTERED, event_id=f"event-{user}", data={"userId": user}, aggregate_id=user)
        world.queues[EMAIL_QUEUE].put(message_body(event))
        world.scheduler.run()
    assert len(calls_ms) == 1


@pytest.mark.parametrize(("partition", "is_work"), [("UNSETTLED#1", True), ("STATUS#completed#1", False)])
def test_world_has_work_left_while_a_list_of_a_job_is_not_empty(world: World, partition: str, *, is_work: bool) -> None:
    world.table.truth.write(record_event(REGISTERED, "USER#user-1"))
    assert not world.has_work_left
    world.table.truth.write(Put({"PK": "ORDER#1", "SK": "ORDER#1", "GSI2PK": partition, "GSI2SK": "1"}))
    assert world.has_work_left is is_work
