"""What a step of load came to: rates, latencies by kind, and whether it was more than the shop bears."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from tradewind_tools.bench.load.loop import Outcome
from tradewind_tools.bench.load.schedule import Kind

KEPT_PACE: Final = 0.9
"""A shop that answers a smaller share of what was due, within the step, does not keep pace."""
FAULTS: Final = 0.01
PATIENCE_SECONDS: Final = 10.0


class Latency(NamedTuple):
    """Seconds, of the requests of one kind; `uncorrected` leaves out how long each waited to be begun."""

    median: float
    p99: float
    worst: float
    uncorrected_p99: float


class Step(NamedTuple):
    """One rate for some seconds."""

    rate: float
    seconds: float
    outcomes: Sequence[Outcome]

    @property
    def offered(self) -> int:
        return len(self.outcomes)

    @property
    def answered_in_time(self) -> float:
        """The share that was answered while the step lasted, and a second more: the last ones may just have come."""
        if not self.outcomes:
            return 1.0
        return sum(each.answered <= self.seconds + 1 for each in self.outcomes) / self.offered

    @property
    def answered_a_second(self) -> float:
        lasted = max([self.seconds, *(each.answered for each in self.outcomes)])
        return sum(not each.is_fault for each in self.outcomes) / lasted

    @property
    def faults(self) -> int:
        return sum(each.is_fault for each in self.outcomes)

    @property
    def is_beyond_limit(self) -> bool:
        """It did not keep pace, failed more than one in a hundred, or let one in a hundred wait for ten seconds."""
        if not self.outcomes:
            return False
        too_late = percentile([each.latency_seconds for each in self.outcomes], 99) > PATIENCE_SECONDS
        return self.answered_in_time < KEPT_PACE or self.faults > FAULTS * self.offered or too_late

    def latency(self, kind: Kind) -> Latency | None:
        """None where nobody did that."""
        found = [each for each in self.outcomes if each.kind is kind]
        if not found:
            return None
        waits = [each.latency_seconds for each in found]
        services = [each.service_seconds for each in found]
        return Latency(percentile(waits, 50), percentile(waits, 99), max(waits), percentile(services, 99))

    def emulator_share(self, kind: Kind) -> float | None:
        """How much of the median of a kind a function that does nothing takes, too."""
        nothing, latency = self.latency(Kind.NOTHING), self.latency(kind)
        return min(1.0, nothing.median / latency.median) if nothing and latency and latency.median else None


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many per cent of all do not exceed (nearest rank)."""
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]
