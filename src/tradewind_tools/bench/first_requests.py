"""What whoever meets a cold function waits for: INIT and first request together, of every function of the blueprint.

INIT has a whole CPU, a request the share of one that the function's memory buys. Time is the CPU time of the process,
so that neighbours on the machine do not count; a request's is divided by that share. What a function waits for, the
table or a service, is not counted: in a local cloud it says nothing.

Neighbours still slow it, since they share its caches, by a third from one minute to the next. So what is compared runs
side by side, its means are compared, and a function is measured until their ratios are certain enough.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf, sqrt
from statistics import fmean
from typing import Final

from tradewind_tools.bench.errors import FunctionFailed
from tradewind_tools.bench.function_process import FunctionProcess, Launch
from tradewind_tools.bench.scene import Scene, open_scene
from tradewind_tools.bench.subjects import Event
from tradewind_tools.bench.workbench import Workbench
from tradewind_tools.blueprint.functions import FUNCTIONS, HASHING_MB
from tradewind_tools.blueprint.model import Authorizer, Function, Route, Schedule

WHOLE_CPU_MB: Final = 1_769
"""The memory that comes with one CPU."""

GROUP: Final = 6
"""Functions that are measured beside one bare function and one of each reference."""

FEWEST_ROUNDS: Final = 6
CERTAINTY: Final = 0.03
"""The largest standard error of a ratio, as a share of it: two runs agree within 10 % in 98 of 100 cases then."""

CONSUMER: Final = "recording.handle"
REQUEST: Final = "catalogue.handle"
_OWN: Final[Mapping[str, str]] = {
    "cart-get": "cart.handle",
    "order-create": "ordering.handle",
    "checkout": "ordering.handle",
    "auth-login": "sign_in.handle",
    "auth-register": "sign_in.handle",
    "password-change": "sign_in.handle",
}
_SAME_AS: Final[Mapping[str, str]] = {
    "cart.handle": "cart-get",
    "ordering.handle": "order-create",
    "sign_in.handle": "auth-login",
    "recording.handle": "event-recorder",
    "catalogue.handle": "product-get",
}
"""The function whose event a reference gets."""


@dataclass(frozen=True, slots=True)
class Limits:
    """At most so many times a bare function's, and the usual function's; None where it is not compared."""

    bare: float | None
    usual: float | None


READS: Final = Limits(2.0, 0.2)
CHANGES: Final = Limits(2.7, 0.3)
CONSUMERS: Final = Limits(None, 0.5)
UNLIMITED: Final = Limits(None, None)
"""Of scheduled jobs, for which nobody waits, and of what hashes a password, which takes most of it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """CPU seconds of one process: until it asks for its first event, and of that event."""

    init_seconds: float
    request_seconds: float

    def wait_seconds(self, memory_mb: int) -> float:
        """How long both take with the share of a CPU that so much memory has."""
        return self.init_seconds + self.request_seconds / min(1.0, memory_mb / WHOLE_CPU_MB)


@dataclass(slots=True)
class FirstRequest:
    """The samples of a function, each with those of a bare and of the usual function measured beside it."""

    function: Function
    ours: list[Sample] = field(default_factory=list)
    bare: list[Sample] = field(default_factory=list)
    usual: list[Sample] = field(default_factory=list)

    @property
    def limits(self) -> Limits:
        return limits_of(self.function)

    @property
    def init_seconds(self) -> float:
        return fmean(each.init_seconds for each in self.ours)

    @property
    def waits_seconds(self) -> tuple[float, float, float]:
        """Of the bare function, of this one, of the usual one."""
        bare, ours, usual = (fmean(self._waits(each)) for each in (self.bare, self.ours, self.usual))
        return bare, ours, usual

    @property
    def wait_seconds(self) -> float:
        return self.waits_seconds[1]

    @property
    def to_bare(self) -> float:
        bare, ours, _ = self.waits_seconds
        return ours / bare

    @property
    def to_usual(self) -> float:
        _, ours, usual = self.waits_seconds
        return ours / usual

    @property
    def uncertainty(self) -> float:
        """The larger standard error of the two ratios, as a share of the ratio."""
        return max(self._standard_error(others) for others in (self.bare, self.usual))

    @property
    def is_certain(self) -> bool:
        """Whether another run would find the same."""
        return len(self.ours) >= FEWEST_ROUNDS and self.uncertainty <= CERTAINTY

    def list_exceeded(self) -> Iterator[str]:
        if self.limits.bare is not None and self.to_bare > self.limits.bare:
            yield f"{self.function.name}, to a bare function's: {self.to_bare:.2f} of {self.limits.bare}"
        if self.limits.usual is not None and self.to_usual > self.limits.usual:
            yield f"{self.function.name}, to the usual function's: {self.to_usual:.2f} of {self.limits.usual}"

    def _standard_error(self, others: Sequence[Sample]) -> float:
        """Of a ratio of means, as a share of it, from how the pairs deviate from it.

        https://en.wikipedia.org/wiki/Ratio_estimator
        """
        ours, theirs = self._waits(self.ours), self._waits(others)
        ratio = fmean(ours) / fmean(theirs)
        deviations = (our - ratio * their for our, their in zip(ours, theirs, strict=True))
        count = len(ours)
        return sqrt(sum(each**2 for each in deviations) / (count - 1) / count) / fmean(ours) if count > 1 else inf

    def _waits(self, samples: Sequence[Sample]) -> list[float]:
        return [each.wait_seconds(self.function.memory_mb) for each in samples]


def limits_of(function: Function) -> Limits:
    """What a function may take, by who waits for it."""
    match function.trigger:
        case Route(method="GET"):
            return READS
        case Route():
            return UNLIMITED if function.memory_mb >= HASHING_MB else CHANGES
        case Authorizer():
            return CHANGES
        case Schedule():
            return UNLIMITED
        case _:
            return CONSUMERS


def reference_of(function: Function) -> str:
    """The usual function that comes nearest."""
    usual = REQUEST if isinstance(function.trigger, Route | Authorizer) else CONSUMER
    return _OWN.get(function.name, usual)


def measure(
    bench: Workbench, rounds: int, report: Callable[[str], None], functions: Sequence[Function] = FUNCTIONS
) -> list[FirstRequest]:
    """Measure functions in at most `rounds` fresh processes each, pinned to one CPU. Raises FunctionFailed."""
    found = [FirstRequest(each) for each in functions]
    waiting = found
    with open_scene() as scene:
        meter = _Meter(bench, scene)
        for number in range(rounds):
            report(f"round {number + 1} of at most {rounds}, of {len(waiting)} functions")
            for start in range(0, len(waiting), GROUP):
                _measure_group(waiting[start : start + GROUP], meter)
            waiting = [each for each in waiting if not each.is_certain]
    return found


def _measure_group(group: Sequence[FirstRequest], meter: _Meter) -> None:
    references = sorted({reference_of(each.function) for each in group})
    bare = meter.bare()
    usual = {name: meter.reference(name) for name in references}
    for each in group:
        each.ours.append(meter.ours(each.function.name))
        each.bare.append(bare)
        each.usual.append(usual[reference_of(each.function)])


class _Meter:
    """Starts processes, one after the other, all on the same CPU."""

    def __init__(self, bench: Workbench, scene: Scene) -> None:
        self._bench = bench
        self._scene = scene
        self._cpu = max(os.sched_getaffinity(0))

    def bare(self) -> Sample:
        return self._sample(self._bench.bare(), {})

    def ours(self, function: str) -> Sample:
        return self._sample(self._bench.ours(function, self._scene.environment), self._scene.event_of(function))

    def reference(self, name: str) -> Sample:
        event = self._scene.event_of(_SAME_AS[name])
        return self._sample(self._bench.reference(name, self._scene.environment), event)

    def _sample(self, launch: Launch, event: Event) -> Sample:
        self._scene.restore()
        with FunctionProcess(launch, cpu=self._cpu) as process:
            init_seconds = process.cpu_seconds
            with suppress(FunctionFailed):  # a refusal is an answer, too: that of a rotation without a rotation
                process.invoke(event)
            return Sample(init_seconds, process.cpu_seconds - init_seconds)
