from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tradewind.aws.queues import QueueMessage
from tradewind.kernel.clock import BEGINNING
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.dead_letters import DeadLetters
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.scheduler import Scheduler

QUEUE = "email-queue-dead-letters"


class Cellar:
    """Dead letters, and somebody who works on them."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.sent: list[tuple[str, str]] = []
        self.alarms = 0
        calls = Calls(self.scheduler, PlannedFaults({}), Random(1))
        self.letters = DeadLetters(calls, lambda: BEGINNING, lambda queue, body: self.sent.append((queue, body)))
        self.letters.alarm = self._ring

    def work(self, act: Callable[[], None]) -> None:
        self.scheduler.spawn("operator", act)
        self.scheduler.run()

    def _ring(self) -> None:
        self.alarms += 1


@pytest.fixture
def cellar() -> Cellar:
    cellar = Cellar()
    cellar.letters.bury(QUEUE, "body")
    return cellar


def test_a_letter_waits_and_raises_the_alarm(cellar: Cellar) -> None:
    assert cellar.letters.filled == [QUEUE]
    assert cellar.alarms == 1


def test_a_letter_that_was_taken_is_hidden_for_a_while_and_comes_again_unless_it_is_deleted(cellar: Cellar) -> None:
    taken: list[list[QueueMessage]] = []

    def take_twice_and_later() -> None:
        taken.append(cellar.letters.take(QUEUE))
        taken.append(cellar.letters.take(QUEUE))
        cellar.scheduler.pause(31_000)
        taken.append(cellar.letters.take(QUEUE))
        cellar.letters.delete(QUEUE, taken[0][0])

    cellar.work(take_twice_and_later)
    assert [[letter.body for letter in letters] for letters in taken] == [["body"], [], ["body"]]
    assert cellar.letters.filled == []


def test_what_is_sent_goes_back(cellar: Cellar) -> None:
    cellar.work(lambda: cellar.letters.send("email-queue", "body"))
    assert cellar.sent == [("email-queue", "body")]
