"""The table of crashes: every call of the saga and of every consumer, with every fault, one by one and in pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import NamedTuple, TypeAlias

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import CHECKOUT, ERASURE_QUEUE, EXPORT_QUEUE, FEEDBACK_QUEUE
from tradewind_tools.blueprint.model import QueueSource, StateMachineStep, StreamSource
from tradewind_tools.blueprint.permissions import runs
from tradewind_tools.simulation.campaign import open_pool
from tradewind_tools.simulation.errors import ScenarioFailed
from tradewind_tools.simulation.faults import SYSTEMATIC_FAULTS, EnvironmentFault, Fault, PlannedFaults, PortCall
from tradewind_tools.simulation.history import HistoryResult, run_scenario
from tradewind_tools.simulation.ports import BEFORE_MIDNIGHT
from tradewind_tools.simulation.scenario import PlannedRefund, Purchase, RefundScope, Registration, Scenario
from tradewind_tools.simulation.scenario_generator import CUSTOMERS, UNTRACKED

_SEED = 1
_EMAIL = "visitor@example.com"
_STARTERS = {function.name for function in FUNCTIONS if runs(CHECKOUT) in function.grants}
_STEPS = {function.name for function in FUNCTIONS if isinstance(function.trigger, StateMachineStep)}
_SAGA = {CHECKOUT, *_STARTERS, *_STEPS}
_OTHER_QUEUES = {FEEDBACK_QUEUE, EXPORT_QUEUE, ERASURE_QUEUE}
CONSUMERS = {
    function.name
    for function in FUNCTIONS
    if isinstance(function.trigger, StreamSource)
    or (isinstance(function.trigger, QueueSource) and function.trigger.queue not in _OTHER_QUEUES)
}
"""Those that an order's events reach: no mail of a simulation comes back, and nobody leaves it."""

Plan: TypeAlias = Mapping[tuple[str, int], Fault]


class CrashScenario(NamedTuple):
    """A scenario with one outcome when no fault is injected; `in_pairs` if two faults at once are tried, too."""

    name: str
    scenario: Scenario
    in_pairs: bool = False
    environment_faults: tuple[EnvironmentFault, ...] = ()


class Injection(NamedTuple):
    """A fault at a call of a scenario."""

    scenario: CrashScenario
    call: PortCall
    fault: Fault


class InjectionResult(NamedTuple):
    """How many second faults were injected beside the first, and the violations of all runs."""

    pairs: int
    violations: list[str]


Mapper: TypeAlias = Callable[[Callable[[Injection], InjectionResult], Iterable[Injection]], Iterable[InjectionResult]]


@dataclass
class Coverage:
    """How often each fault was injected into the calls of an actor to a port, and the violations that it led to."""

    calls: int = 0
    pairs: int = 0
    singles: Counter[tuple[str, str, Fault]] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def add(self, injection: Injection, result: InjectionResult) -> None:
        self.singles[injection.call.actor, injection.call.port, injection.fault] += 1
        self.pairs += result.pairs
        self.violations += result.violations

    @property
    def histories(self) -> int:
        return self.singles.total() + self.pairs


def list_scenarios() -> tuple[CrashScenario, ...]:
    """The courses that an order can take."""
    small = (("shirt", 2), ("mug", 1), (UNTRACKED, 1))
    stock = {"mug": 4, "shirt": 4}
    large = tuple((f"product-{number:03d}", 1) for number in range(100))
    large_stock = dict.fromkeys(dict(large), 2)
    buyer = Purchase(CUSTOMERS[0], small, "tok_approved", key="key")
    declined, asynchronous = buyer._replace(token="tok_declined"), buyer._replace(token="tok_async")  # noqa: S106
    refunds = (PlannedRefund(20_000, RefundScope.RETURNED_LINE), PlannedRefund(90_000, RefundScope.AMOUNT))
    relay_down = (EnvironmentFault.RELAY_DOWN,)
    late_buyer, registration = buyer._replace(begins_ms=20_000), Registration(_EMAIL)
    return (
        CrashScenario("an order is paid", Scenario(stock, (buyer,)), in_pairs=True),
        CrashScenario("a card is declined", Scenario(stock, (declined,)), in_pairs=True),
        CrashScenario("a paid order is cancelled", Scenario(stock, (buyer._replace(cancels_ms=(20_000,)),))),
        CrashScenario("an order is cancelled at once", Scenario(stock, (buyer._replace(cancels_ms=(150,)),))),
        CrashScenario("a part of a paid order is refunded", Scenario(stock, (buyer._replace(refunds=refunds),))),
        CrashScenario("an order is fulfilled", Scenario(stock, (buyer._replace(fulfils_ms=20_000),))),
        CrashScenario("a customer registers, another one orders", Scenario(stock, (late_buyer,), (registration,))),
        CrashScenario("a payment is decided later, by a webhook", Scenario(stock, (asynchronous,))),
        CrashScenario("an order is placed at midnight", Scenario(stock, (buyer,), beginning=BEFORE_MIDNIGHT)),
        CrashScenario(
            "the relay is down for an hour",
            Scenario(stock, (buyer,)),
            environment_faults=relay_down,
        ),
        CrashScenario("every event is replayed", Scenario(stock, (buyer,), replays_ms=(60_000,))),
        CrashScenario("an order of 100 products", Scenario(large_stock, (buyer._replace(items=large),))),
        CrashScenario("a large cart", Scenario(large_stock, (buyer._replace(items=large, from_cart=True),))),
    )


def inject_all(*, pairs: int | None = None, only: str = "", processes: int = 1) -> Coverage:
    """Inject every fault into every call of every scenario.

    `pairs` limits the number of runs with two faults; `only` selects scenarios by a part of their names.
    """
    injections = [each for scenario in list_scenarios() if only in scenario.name for each in _list_injections(scenario)]
    limit = None if pairs is None else -(-pairs // max(1, len(injections)))
    coverage = Coverage(calls=len(injections) // len(SYSTEMATIC_FAULTS))
    with _mapper(processes) as mapped:
        for injection, result in zip(injections, mapped(partial(_inject, limit=limit), injections), strict=True):
            coverage.add(injection, result)
    return coverage


def _list_injections(scenario: CrashScenario) -> list[Injection]:
    """Every call that the scenario makes without faults, with every fault. Raises ScenarioFailed."""
    calls, violations = _run(scenario, {})
    if violations or not any(call.actor in _SAGA for call in calls):
        raise ScenarioFailed(f"{scenario.name}: {violations or 'it places no order'}")
    return [Injection(scenario, call, fault) for call in calls for fault in SYSTEMATIC_FAULTS]


def _inject(injection: Injection, limit: int | None) -> InjectionResult:
    """Inject the fault alone; in a scenario of pairs also with each fault at each call of the saga that follows."""
    scenario, call, fault = injection
    plan = {(call.actor, call.number): fault}
    calls, violations = _run(scenario, plan)
    pairs = 0
    if scenario.in_pairs and call.actor in _SAGA:
        following = [each for each in calls[calls.index(call) + 1 :] if each.actor in _SAGA]
        seconds = [(each, other) for each in following for other in SYSTEMATIC_FAULTS]
        for second, other in seconds[:limit]:
            pairs += 1
            violations += _run(scenario, {**plan, (second.actor, second.number): other})[1]
    return InjectionResult(pairs, violations)


@contextmanager
def _mapper(processes: int) -> Iterator[Mapper]:
    if processes == 1:
        yield map
        return
    with open_pool(processes) as pool:
        yield pool.imap


def _run(scenario: CrashScenario, plan: Plan) -> tuple[list[PortCall], list[str]]:
    """Run the scenario under this plan; its calls by the saga and the consumers, and its violations."""
    faults = PlannedFaults(plan, scenario.environment_faults)
    result = run_scenario(_SEED, scenario.scenario, Random(_SEED), faults)
    violations = [_describe(scenario, plan, result)] if result.violations else []
    return [call for call in faults.calls if call.actor in _SAGA | CONSUMERS], violations


def _describe(scenario: CrashScenario, plan: Plan, result: HistoryResult) -> str:
    faults = ", ".join(f"{fault} at call {number} of {actor}" for (actor, number), fault in plan.items())
    return f"{scenario.name}, {faults or 'without faults'}: {result.violations[0]}"


def render(coverage: Coverage) -> str:
    """The page docs/crash-table.md."""
    actors_and_ports = {(actor, port) for actor, port, _ in coverage.singles}
    rows = [_row(actor, port, coverage) for actor, port in sorted(actors_and_ports)]
    violations = "none" if not coverage.violations else "\n" + "\n".join(f"- {each}" for each in coverage.violations)
    return "\n".join(
        [
            "# What was crashed, and where",
            "",
            "Generated by `./dev simulate --crash-table docs/crash-table.md`; see [the simulation](simulation.md).",
            "",
            "Each fault was injected into every call of the saga and of the consumers, alone, in these scenarios:",
            "",
            *(f"- {each.name}{' (in pairs, too)' if each.in_pairs else ''}" for each in list_scenarios()),
            "",
            f"{coverage.calls} calls; {coverage.histories} histories, {coverage.pairs} with two faults in the saga.",
            "A number below is how many such calls were tried with the fault, each in a history of its own that was",
            "brought to rest before its invariants were checked.",
            "",
            f"| who | calls | {' | '.join(SYSTEMATIC_FAULTS)} |",
            f"|---|---|{'---|' * len(SYSTEMATIC_FAULTS)}",
            *rows,
            "",
            f"Violations: {violations}",
            "",
        ]
    )


def _row(actor: str, port: str, coverage: Coverage) -> str:
    counts = " | ".join(str(coverage.singles[actor, port, fault]) for fault in SYSTEMATIC_FAULTS)
    return f"| {actor} | {port} | {counts} |"
