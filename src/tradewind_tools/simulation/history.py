"""One history: a shop, people and faults; then the faults stop, the shop comes to rest, and invariants are checked."""

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
from tradewind.payments.reconciliation import SETTLED_AFTER
from tradewind_tools.blueprint.model import Function
from tradewind_tools.simulation import alarm_invariants, exception_invariants
from tradewind_tools.simulation.account_scenario import draw_accounts
from tradewind_tools.simulation.faults import ChanceFaults, EnvironmentFault, Fault, Faults
from tradewind_tools.simulation.initial_data import write_initial_data
from tradewind_tools.simulation.invariants import find_violations
from tradewind_tools.simulation.passwords import hash_cheaply
from tradewind_tools.simulation.people import People
from tradewind_tools.simulation.residents import Residents
from tradewind_tools.simulation.scenario import Scenario
from tradewind_tools.simulation.scenario_generator import CUSTOMERS, generate_scenario
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import DELETION_JOBS, FREQUENT_JOBS, JOBS, RECONCILER, REMINDER_JOBS, World

_PROBABILITIES = (0.0, 0.005, 0.02, 0.02, 0.05, 0.1)
_JOB_MOMENT_MS = 60_000
_ALL_JOBS_CHANCE = 0.15
_DAYS_PASS_CHANCE = 0.15
_EARLY_JOBS = ((0, 0.6), (STUCK_AFTER.seconds * 1000, 0.4))
"""Jobs run while customers are still at work: from so many milliseconds on, with such a chance."""

_MAX_ROUNDS = 8
_SHORT_ROUNDS = 3
_LONG_MS = 7 * HOUR_MS
"""After a few rounds of an hour: what a job has put off comes due again, the longest after six hours."""
_DAYS = 2
_DAY_MS = 25 * HOUR_MS
_RECONCILIATIONS = 2
_DEFAULT_TRACEBACK_LIMIT = 1_000
_SUBJECT = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}|product-[0-9.]+|[^ ]+@[^ :]+")
_ALARMING = ('Mismatch":', '"PaymentProblem":', '"RefundStuck":', '"LedgerDifference":')
"""In the line of a function that rings: the metric that counts what it found."""
_RAISED = '"FunctionError":'
"""In the line of a function that met an exception which it does not expect."""


class HistoryResult(NamedTuple):
    """`digest` is the same for the same seed in every process; `trace` is empty when no invariant is violated.

    `overtakings` counts who overtook whom in a race, `fault_counts` the faults that occurred, by name.
    """

    seed: int
    violations: tuple[str, ...]
    digest: str
    steps: int
    orders: int
    overtakings: Counter[tuple[str, str]]
    fault_counts: Counter[str]
    trace: tuple[str, ...] = ()


def run_history(seed: int, kinds: Sequence[Fault] = tuple(Fault), trace_lines: int = 60) -> HistoryResult:
    """Run the history of this seed. Deterministic: only the seed and the code decide what happens."""
    random = Random(seed)
    faults = ChanceFaults(random, random.choice(_PROBABILITIES), _draw_kinds(random, kinds))
    accounts = draw_accounts(Random(f"accounts of {seed}"))
    scenario = generate_scenario(random)._replace(accounts=accounts)
    return run_scenario(seed, scenario, random, faults, trace_lines)


def run_scenario(seed: int, scenario: Scenario, random: Random, faults: Faults, trace_lines: int = 60) -> HistoryResult:
    """Run a scenario under faults, let everything come to rest, and check the invariants."""
    accounts = scenario.accounts
    world = World(random, faults, scenario.beginning, accounts.apply(scenario.settings))
    people, residents = People(world), Residents(world, accounts)
    usual_jobs = _choose_usual_jobs(scenario)
    with _capture_log() as log, hash_cheaply(residents.hasher):
        write_initial_data(world, scenario)
        _schedule_people(people, scenario)
        residents.schedule(people)
        _schedule_early_jobs(world, usual_jobs)
        world.scheduler.run()
        faults.stop()
        unrest = _come_to_rest(world, usual_jobs)
        residents.check_access()
        if scenario.echo_ms:
            unrest += _replay_late(world, usual_jobs, scenario.echo_ms)
        _reconcile(world)
    violations = (
        *unrest,
        *alarm_invariants.find_violations(log.alarms, world),
        *exception_invariants.find_violations(log.exceptions, world.functions.raised),
        *find_violations(world, people),
        *residents.find_violations(),
    )
    trace = world.calls.trace
    lines = tuple(trace.select(_subjects(violations[0]), trace_lines)) if violations else ()
    orders = len(people.purchase_by_order)
    overtakings, fault_counts = world.table.races.overtakings, world.calls.fault_counts
    return HistoryResult(seed, violations, trace.digest, trace.length, orders, overtakings, fault_counts, lines)


def _schedule_people(people: People, scenario: Scenario) -> None:
    for purchase in scenario.purchases:
        people.run(purchase)
    for registration in scenario.registrations:
        people.register(registration)
    world = people.world
    for after_ms in scenario.replays_ms:
        world.scheduler.spawn("replay", world.bus.replay, after_ms=after_ms, is_managed=True)
    for customer in scenario.abandoning_customers:
        people.schedule_return(customer)
    if scenario.opts_in_ms is not None:
        people.opt_in(CUSTOMERS[-1], scenario.opts_in_ms)


def _choose_usual_jobs(scenario: Scenario) -> tuple[Function, ...]:
    reminders = REMINDER_JOBS if scenario.abandoning_customers else ()
    deletions = DELETION_JOBS if scenario.accounts.lives else ()
    return (*FREQUENT_JOBS, *reminders, *deletions)


def _schedule_early_jobs(world: World, usual: Sequence[Function]) -> None:
    for earliest_ms, chance in _EARLY_JOBS:
        if world.faults.draw(chance):
            jobs = partial(world.run_jobs, JOBS if world.faults.draw(_ALL_JOBS_CHANCE) else usual)
            after_ms = earliest_ms + int(world.random.random() * _JOB_MOMENT_MS)
            world.scheduler.spawn("schedule", jobs, after_ms=after_ms, is_managed=True)


def _subjects(violation: str) -> set[str]:
    """The ids and addresses that a violation mentions."""
    return set(_SUBJECT.findall(violation))


def _come_to_rest(world: World, usual: Sequence[Function]) -> list[str]:
    """Let time pass until no work is left; in some histories that begins with days."""
    world.days_pass = world.faults.draw(_DAYS_PASS_CHANCE)
    return _settle(world, usual, days=_DAYS if world.days_pass else 0)


def _settle(world: World, usual: Sequence[Function], *, days: int) -> list[str]:
    """Let jobs run and operators answer alarms, in rounds. Returns a violation when work is left after the last one."""
    for number in range(_MAX_ROUNDS):
        is_quiet = not world.dead_letters.filled
        world.scheduler.spawn("operator", world.redrive, is_managed=True)
        jobs = partial(world.run_jobs, JOBS if number < days else usual)
        world.scheduler.spawn("schedule", jobs, after_ms=_pause_before(number, days, world), is_managed=True)
        world.scheduler.run()
        is_done = number + 1 >= days and not world.has_work_left
        if is_quiet and (is_done or (number >= _SHORT_ROUNDS and not world.has_deletions_left)):
            return []
    return ["the shop does not come to rest"]


def _pause_before(number: int, days: int, world: World) -> int:
    """A deletion goes on within a day, or when nobody can stop it any more."""
    deletion_ms = world.next_deletion_ms
    if number < days:
        return _DAY_MS
    if deletion_ms is not None:
        return max(_DAY_MS, deletion_ms)
    return HOUR_MS if number < _SHORT_ROUNDS else _LONG_MS


def _replay_late(world: World, usual: Sequence[Function], echo_ms: int) -> list[str]:
    """Everything in the archive comes again when it was all over; nobody is reminded of what is as old as that."""
    is_next_day = echo_ms < 2 * _DAY_MS
    world.calls.fault_counts[
        EnvironmentFault.REPLAYED_NEXT_DAY if is_next_day else EnvironmentFault.REPLAYED_LONG_AFTER
    ] += 1
    world.scheduler.spawn("replay", partial(_expire_and_replay, world), after_ms=echo_ms, is_managed=True)
    world.scheduler.run()
    return _settle(world, [job for job in usual if job not in REMINDER_JOBS], days=0)


def _reconcile(world: World) -> None:
    """Half a day after everything, the shop's ledger is compared with the provider's list; a difference rings.

    Not before: what is recorded later than usual, since a fault is seen to by an operator first, would ring rightly.
    """
    reconcile = partial(world.run_jobs, (RECONCILER,))
    for number in range(_RECONCILIATIONS):
        after_ms = int(SETTLED_AFTER.total_seconds() * 1000) + (number + 1) * _JOB_MOMENT_MS
        world.scheduler.spawn("schedule", reconcile, after_ms=after_ms, is_managed=True)
    world.scheduler.run()


def _expire_and_replay(world: World) -> None:
    """Consumers have to know without the events' items what they did."""
    world.table.expire_events(world.clock.now())
    world.bus.replay()


def _draw_kinds(random: Random, kinds: Sequence[Fault]) -> list[Fault]:
    """Choose some of the kinds (swarm testing): a history with fewer kinds of faults goes further into each of them."""
    if random.random() < 0.4:  # noqa: PLR2004 - all at once in two of five
        return list(kinds)
    return [kind for kind in kinds if random.random() < 0.5] or list(kinds)  # noqa: PLR2004


@contextmanager
def _capture_log() -> Iterator[_CapturedLog]:
    """Take standard output, without tracebacks: formatting them costs more than most of what is simulated."""
    stdout, log, limit = sys.stdout, _CapturedLog(), getattr(sys, "tracebacklimit", _DEFAULT_TRACEBACK_LIMIT)
    sys.stdout, sys.tracebacklimit = log, 0
    try:
        yield log
    finally:
        sys.stdout, sys.tracebacklimit = stdout, limit


class _CapturedLog(io.StringIO):
    """The functions log to standard output, as in Lambda; only lines that ring, or tell of exceptions, are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.alarms: list[str] = []
        self.exceptions: list[str] = []

    def write(self, text: str) -> int:
        if any(metric in text for metric in _ALARMING):
            self.alarms.append(text.strip())
        if _RAISED in text:
            self.exceptions.append(text.strip())
        return len(text)
