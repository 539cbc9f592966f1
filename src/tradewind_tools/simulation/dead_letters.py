"""Dead letters in a simulated world: they wait for an operator, who redrives them by the shop's own operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tradewind.aws.queues import QueueMessage
from tradewind.ops.model import DEAD_LETTERS
from tradewind_tools.simulation.calls import Calls

_BATCH = 10
_HIDDEN_MS = 30_000


class SimulatedDeadLetters:
    """The dead-letter queues as `tradewind.aws.queues.Queues`.

    `send_back` gets what is sent to another queue; `alarm` is called for each new dead letter.
    """

    def __init__(self, calls: Calls, now: Callable[[], datetime], send_back: Callable[[str, str], None]) -> None:
        self.alarm: Callable[[], None] = _ignore_alarm
        self._calls = calls
        self._now = now
        self._send_back = send_back
        self._messages: dict[str, dict[str, QueueMessage]] = {queue: {} for queue in DEAD_LETTERS}
        self._hidden: set[str] = set()
        self._count = 0

    def bury(self, queue: str, body: str) -> None:
        """Keep a message that could not be handled, and raise the alarm."""
        self._count += 1
        name = f"message-{self._count}"
        self._messages[queue][name] = QueueMessage(name, body, self._now(), name)
        self.alarm()

    @property
    def filled(self) -> list[str]:
        """The queues that hold messages."""
        return [queue for queue, messages in self._messages.items() if messages]

    def count(self, queue: str) -> int:
        return self._calls.make("queue.count", queue, lambda: len(self._messages[queue]))

    def peek(self, queue: str) -> list[QueueMessage]:
        return self._calls.make("queue.look", queue, lambda: self._visible(queue))

    def receive(self, queue: str) -> list[QueueMessage]:
        return self._calls.make("queue.take", queue, lambda: self._hide(self._visible(queue)))

    def send(self, queue: str, body: str) -> None:
        self._calls.make("queue.send", queue, lambda: self._send_back(queue, body))

    def delete(self, queue: str, letter: QueueMessage) -> None:
        self._calls.make("queue.delete", queue, lambda: self._messages[queue].pop(letter.receipt, None))

    def _visible(self, queue: str) -> list[QueueMessage]:
        return [message for name, message in self._messages[queue].items() if name not in self._hidden][:_BATCH]

    def _hide(self, messages: list[QueueMessage]) -> list[QueueMessage]:
        names = {message.receipt for message in messages}
        self._hidden |= names
        self._calls.scheduler.spawn("visibility", lambda: self._hidden.difference_update(names), after_ms=_HIDDEN_MS)
        return messages


def _ignore_alarm() -> None:
    """Until somebody listens to the alarm."""
