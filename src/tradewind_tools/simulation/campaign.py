"""Many histories, on as many processes as are wanted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from signal import SIG_IGN, SIGINT, signal

from tradewind_tools.simulation.encounters import RACES
from tradewind_tools.simulation.faults import Fault, Mishap
from tradewind_tools.simulation.history import Verdict, relive

_SEEDS_AT_ONCE = 10
_KEPT = 20


@dataclass
class Tally:
    """What many histories came to; `failed` keeps the first of those in which something was violated."""

    histories: int = 0
    orders: int = 0
    steps: int = 0
    violated: int = 0
    overtaken: Counter[tuple[str, str]] = field(default_factory=Counter)
    mishaps: Counter[str] = field(default_factory=Counter)
    failed: list[Verdict] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def add(self, verdict: Verdict) -> None:
        self.histories += 1
        self.orders += verdict.orders
        self.steps += verdict.steps
        self.overtaken += verdict.overtaken
        self.mishaps += verdict.mishaps
        self.violated += bool(verdict.violations)
        if verdict.violations and len(self.failed) < _KEPT:
            self.failed.append(verdict)

    @property
    def per_second(self) -> float:
        return self.histories / (time.perf_counter() - self.began)

    @property
    def races(self) -> dict[str, int]:
        """How often each of the named races was run."""
        return {race.name: race.count(self.overtaken) for race in RACES}

    @property
    def went_wrong(self) -> dict[str, int]:
        """How often each fault and each mishap befell somebody."""
        return {name.value: self.mishaps[name] for name in (*Fault, *Mishap)}

    def __str__(self) -> str:
        return (
            f"{self.histories} histories, {self.orders} orders, {self.steps} calls and steps, "
            f"{self.per_second:.0f} histories/s: {self.violated} with violations"
        )


def verdicts(seeds: Iterable[int], kinds: Sequence[Fault] = tuple(Fault), processes: int = 1) -> Iterator[Verdict]:
    """The verdict on each seed; in order, if by one process."""
    live = partial(relive, kinds=kinds)
    if processes == 1:
        yield from map(live, seeds)
        return
    with workers(processes) as pool:
        yield from pool.imap_unordered(live, seeds, _SEEDS_AT_ONCE)


def workers(count: int) -> Pool:
    """Processes that live through histories; whoever interrupts them interrupts the one that waits for them."""
    return get_context("spawn").Pool(count, signal, (SIGINT, SIG_IGN))


def run(seeds: Iterable[int], kinds: Sequence[Fault] = tuple(Fault), processes: int = 1) -> Tally:
    """All of the histories."""
    tally = Tally()
    for verdict in verdicts(seeds, kinds, processes):
        tally.add(verdict)
    return tally
