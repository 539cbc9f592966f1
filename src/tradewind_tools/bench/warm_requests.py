"""What a warm request costs, and how much memory a function takes before its first: medians, in CPU time."""

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
class Warm:
    """One function: CPU seconds of a request that is not its first, and its memory before the first."""

    request_seconds: float
    resident_bytes: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A function of the shop and its reference, both asked in turn with the bare one."""

    function: BenchFunction
    bare: Warm
    ours: Warm
    reference: Warm

    @property
    def ratio(self) -> float:
        """Beyond what the runtime client takes for any: a bare function's."""
        ours = self.ours.request_seconds - self.bare.request_seconds
        return ours / (self.reference.request_seconds - self.bare.request_seconds)

    @property
    def ratio_with_client(self) -> float:
        """The same with the runtime client's share, which weighs as much on both sides."""
        return self.ours.request_seconds / self.reference.request_seconds

    def list_exceeded(self) -> Iterator[str]:
        """The budgets that are not kept, in words."""
        budget = self.function.budget
        if budget is not None and self.ratio > budget:
            yield f"{self.function.label}, warm request, to the reference's: {self.ratio:,.2f} of {budget}"
        if self.ours.resident_bytes > MEMORY_BUDGET_BYTES:
            yield f"{self.function.label}, bytes at rest: {self.ours.resident_bytes:,.0f} of {MEMORY_BUDGET_BYTES:,}"


def compare(bench: Workbench, report: Callable[[str], None]) -> list[Comparison]:
    """Measure every subject and its reference. Raises FunctionFailed."""
    with open_shop(bench) as here:
        report("warm requests")
        return [_compare_function(bench, here, function) for function in BENCH_FUNCTIONS]


def _compare_function(bench: Workbench, here: BenchShop, function: BenchFunction) -> Comparison:
    def request() -> Event:
        return function.request(here.user_id)

    ours = bench.ours(function.name, here.environment)
    reference = bench.reference(function.reference, here.environment)
    return Comparison(function, *_measure((bench.bare(), ours, reference), request))


def _measure(launches: Sequence[Launch], request: Callable[[], Event]) -> list[Warm]:
    """All of them are asked in turn, so that what else the machine does troubles all of them alike."""
    with ExitStack() as stack:
        processes = [stack.enter_context(FunctionProcess(launch)) for launch in launches]
        resident = [process.resident_bytes for process in processes]
        costs = [[_cost(process, request()) for process in processes] for _ in range(_WARMING + _WARM)]
    medians = map(median, zip(*costs[_WARMING:], strict=True))
    return [Warm(seconds, size) for seconds, size in zip(medians, resident, strict=True)]


def _cost(process: FunctionProcess, event: Event) -> float:
    before = process.cpu_seconds
    invoke_or_fail(process, event)
    return process.cpu_seconds - before
