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
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.model import QueueSource, StepOf, StreamSource
from tradewind_tools.simulation.campaign import workers
from tradewind_tools.simulation.faults import SYSTEMATIC, Call, Fault, Mishap, PlannedFaults
from tradewind_tools.simulation.history import Verdict, tell
from tradewind_tools.simulation.ports import BEFORE_MIDNIGHT
from tradewind_tools.simulation.purchases import GiveBack, Part, Purchase, Visit
from tradewind_tools.simulation.stories import CUSTOMERS, UNTRACKED, Story

_SEED = 1
_EMAIL = "visitor@example.com"
_SAGA = {CHECKOUT, *(function.name for function in FUNCTIONS if isinstance(function.trigger, StepOf))}
CONSUMERS = {function.name for function in FUNCTIONS if isinstance(function.trigger, QueueSource | StreamSource)}

Plan: TypeAlias = Mapping[tuple[str, int], Fault]


class Scene(NamedTuple):
    """A story that goes one way when nothing goes wrong."""

    name: str
    story: Story
    in_pairs: bool = False
    mishaps: tuple[Mishap, ...] = ()


class Attempt(NamedTuple):
    """A fault at a call of a scene."""

    scene: Scene
    call: Call
    fault: Fault


class Outcome(NamedTuple):
    """How many second faults were tried beside an attempt's own, and what went wrong in all of them."""

    pairs: int
    failed: list[str]


class SceneBroken(Exception):
    """A scene goes wrong although nothing was done to it."""


Mapper: TypeAlias = Callable[[Callable[[Attempt], Outcome], Iterable[Attempt]], Iterable[Outcome]]


@dataclass
class Cover:
    """How often each call of an actor to a port was tried with each fault, and what went wrong."""

    calls: int = 0
    pairs: int = 0
    singles: Counter[tuple[str, str, Fault]] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def add(self, attempt: Attempt, outcome: Outcome) -> None:
        self.singles[attempt.call.actor, attempt.call.port, attempt.fault] += 1
        self.pairs += outcome.pairs
        self.failed += outcome.failed

    @property
    def histories(self) -> int:
        return self.singles.total() + self.pairs


def scenes() -> tuple[Scene, ...]:
    """The ways that an order can go."""
    small = (("shirt", 2), ("mug", 1), (UNTRACKED, 1))
    stock = {"mug": 4, "shirt": 4}
    large = tuple((f"product-{number:03d}", 1) for number in range(100))
    buyer = Purchase(CUSTOMERS[0], small, "tok_approved", key="key")
    return (
        Scene("an order is paid", Story(stock, (buyer,)), in_pairs=True),
        Scene("a card is declined", Story(stock, (buyer._replace(token="tok_declined"),)), in_pairs=True),  # noqa: S106
        Scene("a customer cancels a paid order", Story(stock, (buyer._replace(cancels_ms=(20_000,)),))),
        Scene("a customer cancels at once", Story(stock, (buyer._replace(cancels_ms=(150,)),))),
        Scene(
            "part of a paid order is given back",
            Story(stock, (buyer._replace(refunds=(GiveBack(20_000, Part.RETURN), GiveBack(90_000, Part.AMOUNT))),)),
        ),
        Scene("an order is sent", Story(stock, (buyer._replace(fulfils_ms=20_000),))),
        Scene("somebody registers, then an order", Story(stock, (buyer._replace(begins_ms=20_000),), (Visit(_EMAIL),))),
        Scene("a payment is answered later, by a webhook", Story(stock, (buyer._replace(token="tok_async"),))),  # noqa: S106
        Scene("an order comes at midnight", Story(stock, (buyer,), beginning=BEFORE_MIDNIGHT)),
        Scene("the relay is down for an hour", Story(stock, (buyer,)), mishaps=(Mishap.RELAY_DOWN,)),
        Scene("every event is replayed", Story(stock, (buyer,), replays_ms=(60_000,))),
        Scene("an order of 100 products", Story(dict.fromkeys(dict(large), 2), (buyer._replace(items=large),))),
        Scene("a large cart", Story(dict.fromkeys(dict(large), 2), (buyer._replace(items=large, from_cart=True),))),
    )


def cover(*, pairs: int | None = None, only: str = "", processes: int = 1) -> Cover:
    """Try every call of every scene; of the pairs at most so many, if it is said; of the scenes those named so."""
    attempts = [attempt for scene in scenes() if only in scene.name for attempt in _attempts(scene)]
    limit = None if pairs is None else -(-pairs // max(1, len(attempts)))
    covered = Cover(calls=len(attempts) // len(SYSTEMATIC))
    with _pool(processes) as mapped:
        for attempt, outcome in zip(attempts, mapped(partial(_cover_one, limit=limit), attempts), strict=True):
            covered.add(attempt, outcome)
    return covered


def _attempts(scene: Scene) -> list[Attempt]:
    """Every call of the scene when nothing goes wrong, with every fault."""
    calls, failed = _calls_of(scene, {})
    if failed or not any(call.actor in _SAGA for call in calls):
        raise SceneBroken(f"{scene.name}: {failed or 'no order comes of it'}")
    return [Attempt(scene, call, fault) for call in calls for fault in SYSTEMATIC]


def _cover_one(attempt: Attempt, limit: int | None) -> Outcome:
    """The fault alone, and, in a scene of pairs, each fault at each call of the saga that follows it."""
    scene, call, fault = attempt
    plan = {(call.actor, call.number): fault}
    calls, failed = _calls_of(scene, plan)
    pairs = 0
    if scene.in_pairs and call.actor in _SAGA:
        following = [each for each in calls[calls.index(call) + 1 :] if each.actor in _SAGA]
        seconds = [(each, other) for each in following for other in SYSTEMATIC]
        for second, other in seconds[:limit]:
            pairs += 1
            failed += _calls_of(scene, {**plan, (second.actor, second.number): other})[1]
    return Outcome(pairs, failed)


@contextmanager
def _pool(processes: int) -> Iterator[Mapper]:
    if processes == 1:
        yield map
        return
    with workers(processes) as pool:
        yield pool.imap


def _calls_of(scene: Scene, plan: Plan) -> tuple[list[Call], list[str]]:
    """The calls of the saga and of the consumers in the scene under this plan, and what went wrong."""
    faults = PlannedFaults(plan, scene.mishaps)
    verdict = tell(_SEED, scene.story, Random(_SEED), faults)
    failed = [_said(scene, plan, verdict)] if verdict.violations else []
    return [call for call in faults.calls if call.actor in _SAGA | CONSUMERS], failed


def _said(scene: Scene, plan: Plan, verdict: Verdict) -> str:
    struck = ", ".join(f"{fault} at call {number} of {actor}" for (actor, number), fault in plan.items())
    return f"{scene.name}, {struck or 'undisturbed'}: {verdict.violations[0]}"


def page(covered: Cover) -> str:
    """docs/crash-table.md."""
    lines = {(actor, port) for actor, port, _ in covered.singles}
    rows = [_row(actor, port, covered) for actor, port in sorted(lines)]
    outcome = "none" if not covered.failed else "\n" + "\n".join(f"- {each}" for each in covered.failed)
    return "\n".join(
        [
            "# What was crashed, and where",
            "",
            "Generated by `./dev simulate --crash-table docs/crash-table.md`; see [the simulation](simulation.md).",
            "",
            "Every call that the saga and the consumers make was tried with each fault, alone, in these scenes:",
            "",
            *(f"- {scene.name}{' (in pairs, too)' if scene.in_pairs else ''}" for scene in scenes()),
            "",
            f"{covered.calls} calls; {covered.histories} histories, {covered.pairs} with two faults in the saga.",
            "A number below is how many such calls were tried with the fault, each in a history of its own that was",
            "brought to rest and whose books were checked.",
            "",
            f"| who | calls | {' | '.join(SYSTEMATIC)} |",
            f"|---|---|{'---|' * len(SYSTEMATIC)}",
            *rows,
            "",
            f"Violations: {outcome}",
            "",
        ]
    )


def _row(actor: str, port: str, covered: Cover) -> str:
    counts = " | ".join(str(covered.singles[actor, port, fault]) for fault in SYSTEMATIC)
    return f"| {actor} | {port} | {counts} |"
