"""How functions start and what a warm request costs: fresh processes in turn, medians over all rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Final

from tradewind_tools.bench.function_process import FunctionProcess, Launch
from tradewind_tools.bench.shop import BenchShop, invoke_or_fail, open_shop
from tradewind_tools.bench.subjects import BENCH_FUNCTIONS, BenchFunction, Event
from tradewind_tools.bench.workbench import Workbench

MEMORY_BUDGET_BYTES: Final = 40_000_000
_WARMING = 30
_WARM = 100


@dataclass(frozen=True, slots=True)
class Start:
    """One fresh process: CPU and wall-clock seconds until it asks for its first event, and its memory then."""

    cpu_seconds: float
    wall_seconds: float
    resident_bytes: float


@dataclass(frozen=True, slots=True)
class Requests:
    """CPU seconds of the first request of a process, and of one that comes later."""

    first_seconds: float
    warm_seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A function of the shop and its reference, both measured in the same rounds as the bare one."""

    function: BenchFunction
    bare: Start
    ours: Start
    reference: Start
    bare_requests: Requests
    our_requests: Requests
    reference_requests: Requests

    @property
    def to_bare(self) -> float:
        return self.ours.cpu_seconds / self.bare.cpu_seconds

    @property
    def to_reference(self) -> float:
        return self.ours.cpu_seconds / self.reference.cpu_seconds

    @property
    def warm(self) -> float:
        """Of a later request, beyond what the runtime client takes for any: a bare function's."""
        ours = self.our_requests.warm_seconds - self.bare_requests.warm_seconds
        return ours / (self.reference_requests.warm_seconds - self.bare_requests.warm_seconds)

    @property
    def warm_with_client(self) -> float:
        """The same with the runtime client's share, which weighs as much on both sides."""
        return self.our_requests.warm_seconds / self.reference_requests.warm_seconds

    @property
    def first(self) -> float:
        """Start and first request together: what a caller of a cold function waits for."""
        ours = self.ours.cpu_seconds + self.our_requests.first_seconds
        return ours / (self.reference.cpu_seconds + self.reference_requests.first_seconds)

    def list_exceeded(self) -> Iterator[str]:
        """The budgets that are not kept, in words."""
        budget = self.function.budget
        yield from self._over("start, to a bare function's", self.to_bare, budget.bare)
        yield from self._over("start, to the reference's", self.to_reference, budget.reference)
        if budget.warm is not None:
            yield from self._over("warm request, to the reference's", self.warm, budget.warm)
        yield from self._over("bytes at rest", self.ours.resident_bytes, MEMORY_BUDGET_BYTES)

    def _over(self, what: str, measured: float, budget: float) -> Iterator[str]:
        if measured > budget:
            yield f"{self.function.label}, {what}: {measured:,.2f} of {budget:,}"


def compare(bench: Workbench, rounds: int, report: Callable[[str], None]) -> list[Comparison]:
    """Measure every subject in `rounds` fresh processes each. Raises FunctionFailed."""
    with open_shop(bench) as here:
        report(f"{rounds} rounds of {1 + 2 * len(BENCH_FUNCTIONS)} fresh processes")
        starts = _starts(bench, here, rounds)
        report("requests")
        return [_compare_function(bench, here, function, starts) for function in BENCH_FUNCTIONS]


def _starts(bench: Workbench, here: BenchShop, rounds: int) -> dict[str, Start]:
    launches = {"": bench.bare()}
    for function in BENCH_FUNCTIONS:
        launches[function.name] = bench.ours(function.name, here.environment)
        launches[function.reference] = bench.reference(function.reference, here.environment)
    found: dict[str, list[Start]] = {name: [] for name in launches}
    for _ in range(rounds):
        for name, launch in launches.items():
            found[name].append(_start(launch))
    return {name: _typical(each) for name, each in found.items()}


def _start(launch: Launch) -> Start:
    with FunctionProcess(launch) as process:
        return Start(process.cpu_seconds, process.start_seconds, process.resident_bytes)


def _typical(starts: Sequence[Start]) -> Start:
    return Start(
        median(each.cpu_seconds for each in starts),
        median(each.wall_seconds for each in starts),
        median(each.resident_bytes for each in starts),
    )


def _compare_function(
    bench: Workbench, here: BenchShop, function: BenchFunction, starts: dict[str, Start]
) -> Comparison:
    def request() -> Event:
        return function.request(here.user_id)

    ours = bench.ours(function.name, here.environment)
    reference = bench.reference(function.reference, here.environment)
    return Comparison(
        function,
        starts[""],
        starts[function.name],
        starts[function.reference],
        *_requests((bench.bare(), ours, reference), request),
    )


def _requests(launches: Sequence[Launch], request: Callable[[], Event]) -> list[Requests]:
    """All of them are asked in turn, so that what else the machine does troubles all of them alike."""
    with ExitStack() as stack:
        processes = [stack.enter_context(FunctionProcess(launch)) for launch in launches]
        first, *later = [[_cost(process, request()) for process in processes] for _ in range(1 + _WARMING + _WARM)]
    return [Requests(*costs) for costs in zip(first, map(median, zip(*later[_WARMING:], strict=True)), strict=True)]


def _cost(process: FunctionProcess, event: Event) -> float:
    before = process.cpu_seconds
    invoke_or_fail(process, event)
    return process.cpu_seconds - before
