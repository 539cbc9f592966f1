"""The table of crashes: every call of the saga and of every consumer, with every fault, one by one and in pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import NamedTuple

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.model import QueueSource, StepOf, StreamSource
from tradewind_tools.simulation.faults import SYSTEMATIC, Call, Fault, PlannedFaults
from tradewind_tools.simulation.history import Verdict, tell
from tradewind_tools.simulation.shopping import Purchase
from tradewind_tools.simulation.stories import CUSTOMERS, UNTRACKED, Story

_SEED = 1
_SAGA = {CHECKOUT, *(function.name for function in FUNCTIONS if isinstance(function.trigger, StepOf))}
_CONSUMERS = {function.name for function in FUNCTIONS if isinstance(function.trigger, QueueSource | StreamSource)}

Plan = Mapping[tuple[str, int], Fault]


class Scene(NamedTuple):
    """A story that goes one way when nothing goes wrong."""

    name: str
    story: Story
    in_pairs: bool = False


class Tried(NamedTuple):
    """A call that was tried with a fault: the table has a line for each port of each actor."""

    actor: str
    port: str
    fault: Fault


class Attempt(NamedTuple):
    """A history of a scene under a plan."""

    scene: Scene
    plan: Plan


@dataclass
class Cover:
    """How often each was tried, and what went wrong."""

    singles: dict[Tried, int] = field(default_factory=lambda: defaultdict(int))
    pairs: int = 0
    calls: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def histories(self) -> int:
        return sum(self.singles.values()) + self.pairs


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
            "part of a paid order is given back", Story(stock, (buyer._replace(refunds_ms=(20_000,), restocks=True),))
        ),
        Scene("an order is sent", Story(stock, (buyer._replace(fulfils_ms=20_000),))),
        Scene("an order of 100 products", Story(dict.fromkeys(dict(large), 2), (buyer._replace(items=large),))),
        Scene("a large cart", Story(dict.fromkeys(dict(large), 2), (buyer._replace(items=large, from_cart=True),))),
    )


def cover(*, pairs: int | None = None, only: str = "") -> Cover:
    """Try every call of every scene; of the pairs at most so many, if it is said; of the scenes those named so."""
    covered = Cover()
    for scene in scenes():
        if only in scene.name:
            _cover_scene(scene, covered, pairs)
    return covered


def _cover_scene(scene: Scene, covered: Cover, pairs: int | None) -> None:
    undisturbed = _calls_of(scene, {}, covered)
    for call in undisturbed:
        covered.calls += 1
        for fault in SYSTEMATIC:
            covered.singles[Tried(call.actor, call.port, fault)] += 1
            _calls_of(scene, {(call.actor, call.number): fault}, covered)
    if scene.in_pairs:
        for plan in islice(_pairs(scene, undisturbed, covered), pairs):
            covered.pairs += 1
            _calls_of(scene, plan, covered)


def _pairs(scene: Scene, undisturbed: list[Call], covered: Cover) -> Iterator[Plan]:
    """A fault at a call of the saga, and another at one that follows in the history that the first has made."""
    for first in undisturbed:
        for fault in SYSTEMATIC if first.actor in _SAGA else ():
            plan = {(first.actor, first.number): fault}
            calls = _calls_of(scene, plan, covered)
            following = calls[calls.index(first) + 1 :]
            for second in following:
                if second.actor in _SAGA:
                    yield from ({**plan, (second.actor, second.number): other} for other in SYSTEMATIC)


def _calls_of(scene: Scene, plan: Plan, covered: Cover) -> list[Call]:
    """The calls of the saga and of the consumers in the scene under this plan; what went wrong is noted."""
    faults = PlannedFaults(plan)
    verdict = tell(_SEED, scene.story, Random(_SEED), faults)  # noqa: S311 - the point is that it can be repeated
    if verdict.violations:
        covered.failed.append(_said(scene, plan, verdict))
    return [call for call in faults.calls if call.actor in _SAGA | _CONSUMERS]


def _said(scene: Scene, plan: Plan, verdict: Verdict) -> str:
    struck = ", ".join(f"{fault} at call {number} of {actor}" for (actor, number), fault in plan.items())
    return f"{scene.name}, {struck or 'undisturbed'}: {verdict.violations[0]}"


def page(covered: Cover) -> str:
    """docs/crash-table.md."""
    lines = {(tried.actor, tried.port) for tried in covered.singles}
    rows = [_row(actor, port, covered) for actor, port in sorted(lines)]
    outcome = "none" if not covered.failed else "\n" + "\n".join(f"- {each}" for each in covered.failed)
    return "\n".join(
        [
            "# What was crashed, and where",
            "",
            "Generated by `./dev simulate --crash-table docs/crash-table.md`; see [the simulation](simulation.md).",
            "",
            "Every call that the saga and the consumers make was tried with each fault, alone, in each of these scenes:",
            "",
            *(f"- {scene.name}{' (in pairs, too)' if scene.in_pairs else ''}" for scene in scenes()),
            "",
            f"{covered.calls} calls, {covered.histories} histories, of which {covered.pairs} with two faults in the saga.",
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
    counts = " | ".join(str(covered.singles[Tried(actor, port, fault)]) for fault in SYSTEMATIC)
    return f"| {actor} | {port} | {counts} |"
