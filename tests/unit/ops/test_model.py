from __future__ import annotations

import msgspec
import pytest
from tests.unit.outbox.fake_bus import some_event

from tradewind.ops.model import DEAD_LETTERS, SOURCES, RedriveTarget, event_in, source_of
from tradewind_tools.blueprint.messaging import DEAD_LETTER_QUEUES, QUEUES


def test_the_queues_are_those_of_the_blueprint() -> None:
    assert set(SOURCES) == {queue.name for queue in QUEUES}
    assert set(DEAD_LETTERS) == set(DEAD_LETTER_QUEUES)
    assert {queue.dead_letters: queue.name for queue in QUEUES} == {
        name: source_of(name) for name, way in DEAD_LETTERS.items() if way is RedriveTarget.QUEUE
    }


def test_a_message_may_carry_an_event() -> None:
    event = some_event()
    body = msgspec.json.encode({"source": "tradewind", "detail": event}).decode()
    assert event_in(body) == event


@pytest.mark.parametrize("body", ["", "no json", "{}", '{"detail": {}}', '{"detail": 3}', "[]"])
def test_or_not(body: str) -> None:
    assert event_in(body) is None
