"""The open loop: an arrival is begun when it is due, or once somebody is free, and waits for no answer before it.

A closed loop asks again when it has heard, so a shop that stalls is asked less, and the requests that would have waited
are missing from its latencies ("coordinated omission"). Here a latency runs from the moment when the request was due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Final, NamedTuple

from tradewind_tools.bench.load.schedule import Arrival, Kind

UNANSWERED: Final = 0
"""The status of a request that got no answer."""

Act = Callable[[Kind], int]
"""Does what a visitor does, and returns the status of the answer."""


class Outcome(NamedTuple):
    """Seconds since the step began: when it was due, when somebody began it, when it was answered."""

    kind: Kind
    status: int
    due: float
    begun: float
    answered: float

    @property
    def latency_seconds(self) -> float:
        return self.answered - self.due

    @property
    def service_seconds(self) -> float:
        """What a closed loop would have measured."""
        return self.answered - self.begun

    @property
    def is_fault(self) -> bool:
        return self.status == UNANSWERED or self.status >= 500  # noqa: PLR2004 - HTTP's server errors


def run(
    arrivals: Sequence[Arrival],
    act: Act,
    visitors: int,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Outcome]:
    """Let the arrivals happen, at most `visitors` at once, and return what became of each, when all have ended."""
    waiting: SimpleQueue[Arrival | None] = SimpleQueue()
    outcomes: SimpleQueue[Outcome] = SimpleQueue()
    began = now()

    def work() -> None:
        while arrival := waiting.get():
            begun = now() - began
            status = act(arrival.kind)
            outcomes.put(Outcome(arrival.kind, status, arrival.due_seconds, begun, now() - began))

    workers = [Thread(target=work, daemon=True) for _ in range(visitors)]
    for worker in workers:
        worker.start()
    for arrival in arrivals:
        sleep(max(0.0, arrival.due_seconds - (now() - began)))
        waiting.put(arrival)
    for _ in workers:
        waiting.put(None)
    for worker in workers:
        worker.join()
    return [outcomes.get() for _ in range(outcomes.qsize())]
