"""Queues in memory: what is taken is hidden until `reappear`, what is looked at stays."""

from __future__ import annotations

from collections import defaultdict

from tests.fakes import START

from tradewind.aws.queues import BATCH, QueueMessage


class FakeQueues:
    def __init__(self) -> None:
        self.held: defaultdict[str, list[QueueMessage]] = defaultdict(list)
        self.hidden: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, queue: str, *bodies: str) -> None:
        for body in bodies:
            number = len(self.held[queue]) + 1
            self.held[queue].append(QueueMessage(f"{queue}-{number}", body, START, f"receipt-{number}"))

    def bodies(self, queue: str) -> list[str]:
        return [letter.body for letter in self.held[queue]]

    def reappear(self) -> None:
        self.hidden.clear()

    def count(self, queue: str) -> int:
        return len(self._visible(queue))

    def peek(self, queue: str) -> list[QueueMessage]:
        return self._visible(queue)[:BATCH]

    def receive(self, queue: str) -> list[QueueMessage]:
        taken = self.peek(queue)
        self.hidden[queue] |= {letter.message_id for letter in taken}
        return taken

    def send(self, queue: str, body: str) -> None:
        self.put(queue, body)

    def delete(self, queue: str, letter: QueueMessage) -> None:
        self.held[queue] = [each for each in self.held[queue] if each.receipt != letter.receipt]

    def _visible(self, queue: str) -> list[QueueMessage]:
        return [letter for letter in self.held[queue] if letter.message_id not in self.hidden[queue]]
