"""One history: a shop, people, faults; then quiet, and the books are checked."""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import NamedTuple

from tradewind.checkout.model import STUCK_AFTER
from tradewind_tools.blueprint.model import Function
from tradewind_tools.simulation.faults import ChanceFaults, Fault, Faults
from tradewind_tools.simulation.invariants import violations
from tradewind_tools.simulation.opening import open_shop
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.shopping import People
from tradewind_tools.simulation.stories import Story, invent
from tradewind_tools.simulation.world import FREQUENT_JOBS, JOBS, REMINDERS, World

_PROBABILITIES = (0.0, 0.005, 0.02, 0.02, 0.05, 0.1)
_JOB_MOMENT_MS = 60_000
_COUNTING_CHANCE = 0.15
_EARLY_JOBS = ((0, 0.6), (STUCK_AFTER.seconds * 1000, 0.4))
"""While something still goes on: from so many milliseconds on, with such a chance."""

_MAX_ROUNDS = 8
_MIN_ROUNDS = 2
_DAYS = 2
_DAY_MS = 25 * HOUR_MS
_PYTHONS_DEPTH = 1_000
_SUBJECT = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}|product-[0-9]+|[^ ]+@[^ :]+")
_MISMATCH = 'Mismatch":'
"""In the line of an audit that found one: the metric that counts it."""


class Verdict(NamedTuple):
    """`digest` is the same for the same seed, whoever runs it; `trace` is empty when all is well.

    `overtaken` counts who lost a race to whom, `mishaps` what went wrong, by the names of faults and mishaps.
    """

    seed: int
    violations: tuple[str, ...]
    digest: str
    steps: int
    orders: int
    overtaken: Counter[tuple[str, str]]
    mishaps: Counter[str]
    trace: tuple[str, ...] = ()


def relive(seed: int, kinds: Sequence[Fault] = tuple(Fault), trace_lines: int = 60) -> Verdict:
    """The history of this seed. Deterministic: nothing outside the seed and the code decides anything."""
    random = Random(seed)
    faults = ChanceFaults(random, random.choice(_PROBABILITIES), _swarm(random, kinds))
    return tell(seed, invent(random), random, faults, trace_lines)


def tell(seed: int, story: Story, random: Random, faults: Faults, trace_lines: int = 60) -> Verdict:
    """Act out a story under faults, let everything come to rest, check the books."""
    world = World(random, faults, story.beginning)
    people = People(world)
    with _listening() as log:
        open_shop(world, story)
        for purchase in story.purchases:
            people.act_out(purchase)
        for visit in story.visits:
            people.visit(visit)
        for after_ms in story.replays_ms:
            world.scheduler.spawn("replay", world.bus.replay, after_ms=after_ms, endures=True)
        for absentee in story.absentees:
            people.expect(absentee)
        usual = (*FREQUENT_JOBS, *(REMINDERS if story.absentees else ()))
        for earliest_ms, chance in _EARLY_JOBS:
            if faults.may_happen(chance):
                jobs = partial(world.run_jobs, JOBS if faults.may_happen(_COUNTING_CHANCE) else usual)
                after_ms = earliest_ms + int(random.random() * _JOB_MOMENT_MS)
                world.scheduler.spawn("schedule", jobs, after_ms=after_ms, endures=True)
        world.scheduler.run()
        faults.stop()
        restless = _come_to_rest(world, usual)
    found = (*restless, *log.alarms, *violations(world, people))
    told = world.calls.trace
    trace = tuple(told.telling(_subjects(found[0]), trace_lines)) if found else ()
    met, went_wrong = world.table.encounters.overtaken, world.calls.mishaps
    return Verdict(seed, found, told.digest, told.length, len(people.ordered), met, went_wrong, trace)


def _subjects(violation: str) -> set[str]:
    """What a violation is about: ids and addresses."""
    return set(_SUBJECT.findall(violation))


def _come_to_rest(world: World, usual: Sequence[Function]) -> list[str]:
    """Time passes, a day of it in some histories, jobs run, operators answer alarms: until nothing is left to do."""
    world.has_aged = world.faults.may_happen(_COUNTING_CHANCE)
    days = _DAYS if world.has_aged else 0
    for number in range(_MAX_ROUNDS):
        is_quiet = not world.dead_letters.filled
        world.scheduler.spawn("operator", world.redrive, endures=True)
        jobs = partial(world.run_jobs, JOBS if number < days else usual)
        world.scheduler.spawn("schedule", jobs, after_ms=_DAY_MS if number < days else HOUR_MS, endures=True)
        world.scheduler.run()
        is_through = number + 1 >= days and not world.has_work_left
        if is_quiet and (is_through or number >= _MIN_ROUNDS):
            return []
    return ["the shop does not come to rest"]


def _swarm(random: Random, kinds: Sequence[Fault]) -> list[Fault]:
    """Some of the kinds: a history with few kinds of faults goes further into each of them."""
    if random.random() < 0.4:  # noqa: PLR2004 - all at once in two of five
        return list(kinds)
    return [kind for kind in kinds if random.random() < 0.5] or list(kinds)  # noqa: PLR2004


@contextmanager
def _listening() -> Iterator[_Log]:
    """Without stacks in the log: to write down where a fault came from costs more than most of what is simulated."""
    spoken, log, depth = sys.stdout, _Log(), getattr(sys, "tracebacklimit", _PYTHONS_DEPTH)
    sys.stdout, sys.tracebacklimit = log, 0
    try:
        yield log
    finally:
        sys.stdout, sys.tracebacklimit = spoken, depth


class _Log(io.StringIO):
    """The functions log to standard output, as they do in Lambda; kept is what the shop's own audits alarm of."""

    def __init__(self) -> None:
        super().__init__()
        self.alarms: list[str] = []

    def write(self, text: str) -> int:
        if _MISMATCH in text:
            self.alarms.append(f"an audit alarms: {text.strip()}")
        return len(text)
