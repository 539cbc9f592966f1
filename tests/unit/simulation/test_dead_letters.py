from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tradewind.aws.queues import QueueMessage
from tradewind.kernel.clock import BEGINNING
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.dead_letters import SimulatedDeadLetters
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.scheduler import Scheduler

QUEUE = "email-queue-dead-letters"


class Fixture:
    """Dead-letter queues, and an operator who works on them; `sent` keeps what was sent to other queues."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.sent: list[tuple[str, str]] = []
        self.alarms = 0
        calls = Calls(self.scheduler, PlannedFaults({}), Random(1))
        self.queues = SimulatedDeadLetters(
            calls, lambda: BEGINNING, lambda queue, body: self.sent.append((queue, body))
        )
        self.queues.alarm = self._count_alarm

    def run(self, act: Callable[[], None]) -> None:
        self.scheduler.spawn("operator", act)
        self.scheduler.run()

    def _keep(self, queue: str, body: str) -> None:
        self.sent.append((queue, body))

    def _count_alarm(self) -> None:
        self.alarms += 1


@pytest.fixture
def fixture() -> Fixture:
    fixture = Fixture()
    fixture.queues.bury(QUEUE, "body")
    return fixture


def test_dead_letter_stays_in_its_queue_and_raises_the_alarm(fixture: Fixture) -> None:
    assert fixture.queues.filled == [QUEUE]
    assert fixture.alarms == 1


def test_message_that_was_taken_is_hidden_and_appears_again_unless_it_is_deleted(fixture: Fixture) -> None:
    taken: list[list[QueueMessage]] = []

    def take_twice_and_later() -> None:
        taken.append(fixture.queues.receive(QUEUE))
        taken.append(fixture.queues.receive(QUEUE))
        fixture.scheduler.pause(31_000)
        taken.append(fixture.queues.receive(QUEUE))
        fixture.queues.delete(QUEUE, taken[0][0])

    fixture.run(take_twice_and_later)
    assert [[message.body for message in messages] for messages in taken] == [["body"], [], ["body"]]
    assert fixture.queues.filled == []


def test_message_that_is_sent_goes_to_its_queue(fixture: Fixture) -> None:
    fixture.run(lambda: fixture.queues.send("email-queue", "body"))
    assert fixture.sent == [("email-queue", "body")]
