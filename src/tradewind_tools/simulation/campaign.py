"""A campaign: many histories, on as many processes as wanted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from signal import SIG_IGN, SIGINT, signal

from tradewind_tools.simulation.faults import EnvironmentFault, Fault
from tradewind_tools.simulation.history import HistoryResult, run_history
from tradewind_tools.simulation.races import RACES
from tradewind_tools.simulation.scenario import Trouble

_CHUNK_SIZE = 10
_KEPT_FAILURES = 20


@dataclass
class Tally:
    """The sums over many histories; `failed` counts those with violations, `failures` keeps the first of them."""

    histories: int = 0
    orders: int = 0
    steps: int = 0
    failed: int = 0
    overtakings: Counter[tuple[str, str]] = field(default_factory=Counter)
    fault_counts: Counter[str] = field(default_factory=Counter)
    failures: list[HistoryResult] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def add(self, result: HistoryResult) -> None:
        self.histories += 1
        self.orders += result.orders
        self.steps += result.steps
        self.overtakings += result.overtakings
        self.fault_counts += result.fault_counts
        self.failed += bool(result.violations)
        if result.violations and len(self.failures) < _KEPT_FAILURES:
            self.failures.append(result)

    @property
    def per_second(self) -> float:
        return self.histories / (time.perf_counter() - self.began)

    @property
    def races(self) -> dict[str, int]:
        """How often each of the named races happened."""
        return {race.name: race.count(self.overtakings) for race in RACES}

    @property
    def faults(self) -> dict[str, int]:
        """How often each fault occurred, by name."""
        return {name.value: self.fault_counts[name] for name in (*Fault, *EnvironmentFault, *Trouble)}

    def __str__(self) -> str:
        return (
            f"{self.histories} histories, {self.orders} orders, {self.steps} calls and steps, "
            f"{self.per_second:.0f} histories/s: {self.failed} with violations"
        )


def run_histories(
    seeds: Iterable[int], kinds: Sequence[Fault] = tuple(Fault), processes: int = 1
) -> Iterator[HistoryResult]:
    """Run the history of each seed; the results come in order if one process runs them."""
    run = partial(run_history, kinds=kinds)
    if processes == 1:
        yield from map(run, seeds)
        return
    with open_pool(processes) as pool:
        yield from pool.imap_unordered(run, seeds, _CHUNK_SIZE)


def open_pool(processes: int) -> Pool:
    """Start processes that ignore an interrupt: it stops the process that waits for them."""
    return get_context("spawn").Pool(processes, signal, (SIGINT, SIG_IGN))


def run_campaign(seeds: Iterable[int], kinds: Sequence[Fault] = tuple(Fault), processes: int = 1) -> Tally:
    """Run all histories and add up their results."""
    tally = Tally()
    for result in run_histories(seeds, kinds, processes):
        tally.add(result)
    return tally
