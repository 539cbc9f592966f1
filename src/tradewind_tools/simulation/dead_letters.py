"""Dead letters in a simulated world: they wait for an operator, who sends them back by the shop's own operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tradewind.aws.queues import QueueMessage
from tradewind.ops.model import DEAD_LETTERS
from tradewind_tools.simulation.calls import Calls

_BATCH = 10
_HIDDEN_MS = 30_000


class DeadLetters:
    """The queues of dead letters as `tradewind.aws.queues.Queues`; `back` takes what is sent to another queue."""

    def __init__(self, calls: Calls, now: Callable[[], datetime], back: Callable[[str, str], None]) -> None:
        self.alarm: Callable[[], None] = _nothing
        self._calls = calls
        self._now = now
        self._back = back
        self._letters: dict[str, dict[str, QueueMessage]] = {queue: {} for queue in DEAD_LETTERS}
        self._hidden: set[str] = set()
        self._count = 0

    def bury(self, queue: str, body: str) -> None:
        """Keep a message that nobody could handle, and raise the alarm."""
        self._count += 1
        name = f"letter-{self._count}"
        self._letters[queue][name] = QueueMessage(name, body, self._now(), name)
        self.alarm()

    @property
    def filled(self) -> list[str]:
        """The queues in which letters wait."""
        return [queue for queue, letters in self._letters.items() if letters]

    def waiting(self, queue: str) -> int:
        return self._calls.make("queue.count", queue, lambda: len(self._letters[queue]))

    def look(self, queue: str) -> list[QueueMessage]:
        return self._calls.make("queue.look", queue, lambda: self._visible(queue))

    def take(self, queue: str) -> list[QueueMessage]:
        return self._calls.make("queue.take", queue, lambda: self._hide(self._visible(queue)))

    def send(self, queue: str, body: str) -> None:
        self._calls.make("queue.send", queue, lambda: self._back(queue, body))

    def delete(self, queue: str, letter: QueueMessage) -> None:
        self._calls.make("queue.delete", queue, lambda: self._letters[queue].pop(letter.receipt, None))

    def _visible(self, queue: str) -> list[QueueMessage]:
        return [letter for name, letter in self._letters[queue].items() if name not in self._hidden][:_BATCH]

    def _hide(self, letters: list[QueueMessage]) -> list[QueueMessage]:
        names = {letter.receipt for letter in letters}
        self._hidden |= names
        self._calls.scheduler.spawn("visibility", lambda: self._hidden.difference_update(names), after_ms=_HIDDEN_MS)
        return letters


def _nothing() -> None:
    """Nobody listens to the alarm yet."""
