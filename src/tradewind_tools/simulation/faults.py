"""What can go wrong at a call to a port, and who decides that it does: chance, or a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import NamedTuple, Protocol

from tradewind_tools.blueprint.messaging import CHECKOUT


class Fault(StrEnum):
    """One thing that can happen to one call."""

    CRASH_BEFORE = "crash before"
    """The caller dies before the call is made."""
    CRASH_AFTER = "crash after"
    """The call is done, and the caller dies before it learns of it."""
    LOST_ANSWER = "lost answer"
    """The call is done, and the caller gets an error."""
    REFUSED = "refused"
    """Nothing is done, and the caller gets an error: throttled, or out of reach."""
    REPEATED = "repeated"
    """The answer is lost between two machines; the client library asks again by itself, and that answer counts."""
    STALL = "stall"
    """The caller stands still before the call, perhaps until its time is up."""


class Mishap(StrEnum):
    """What else goes wrong in a history, beside calls."""

    DUPLICATE = "delivered twice"
    LATE = "delivered late, by up to three hours"
    SHARED = "one message with two consumers at once"
    REDELIVERED = "delivered again, up to three hours after it was handled"
    REPLAYED = "everything in the archive delivered again"
    BUS_THROTTLES = "the bus throttles for seconds"
    NOT_STARTED = "the bus cannot start a run"
    RELAY_DOWN = "the relay down for longer than a record is tried"
    CHARGED_UNHEARD = "the provider charges, and times out"
    NOT_CHARGED = "the provider times out, and does not charge"
    CHARGED_LATE = "the provider charges after its caller gave up"
    TOLD_FIRST = "a webhook of the provider overtakes its answer"
    CLOCKS_DIFFER = "clocks that differ, through a history"
    JOB_TWICE = "a job started twice"


SYSTEMATIC = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST_ANSWER)
"""The faults that every call of the saga and of every consumer is tried with."""

_EVERYWHERE = tuple(fault for fault in Fault if fault is not Fault.REPEATED)


class Call(NamedTuple):
    """The `number`-th call of `actor` in a history: to which port, about what."""

    actor: str
    number: int
    port: str
    about: str

    @property
    def can_suffer(self) -> tuple[Fault, ...]:
        """What repeats by itself, and is not noticed: a single write to the table, and a step that the saga calls."""
        may_repeat = self.port == "table.write" or (self.actor, self.port) == (CHECKOUT, "lambda.invoke")
        return tuple(Fault) if may_repeat else _EVERYWHERE


class Faults(Protocol):
    def strike(self, call: Call) -> Fault | None:
        """What befalls this call; None when it goes well."""
        ...

    def befalls(self, mishap: Mishap, chance: float) -> bool:
        """Whether something else of this chance goes wrong."""
        ...

    def may_happen(self, chance: float) -> bool:
        """Whether something of this chance happens that is no fault: an answer that comes by another way, too."""
        ...

    def stop(self) -> None:
        """From now on everything goes well."""
        ...


class ChanceFaults:
    """Every call fails with the same small probability, in one of `kinds`."""

    def __init__(self, random: Random, probability: float, kinds: Sequence[Fault] = tuple(Fault)) -> None:
        self._random = random
        self._probability = probability
        self._kinds = frozenset(kinds)

    def strike(self, call: Call) -> Fault | None:
        if not self._probability or self._random.random() >= self._probability:
            return None
        possible = [kind for kind in call.can_suffer if kind in self._kinds]
        return self._random.choice(possible) if possible else None

    def befalls(self, mishap: Mishap, chance: float) -> bool:  # noqa: ARG002 - the protocol's
        return self._probability > 0 and self._random.random() < chance

    def may_happen(self, chance: float) -> bool:
        return self._random.random() < chance

    def stop(self) -> None:
        self._probability = 0.0


class PlannedFaults:
    """Exactly the faults of a plan, which names calls by their actor and number; the calls made are kept.

    Each of the `mishaps` befalls the first whom it can.
    """

    def __init__(self, plan: Mapping[tuple[str, int], Fault], mishaps: Collection[Mishap] = ()) -> None:
        self._plan = dict(plan)
        self._mishaps = set(mishaps)
        self.calls: list[Call] = []

    def strike(self, call: Call) -> Fault | None:
        self.calls.append(call)
        return self._plan.pop((call.actor, call.number), None)

    def befalls(self, mishap: Mishap, chance: float) -> bool:  # noqa: ARG002 - the protocol's
        """Once, if the plan says so."""
        is_planned = mishap in self._mishaps
        self._mishaps.discard(mishap)
        return is_planned

    def may_happen(self, chance: float) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def stop(self) -> None:
        """The plan says itself where faults end."""


class Numbering:
    """Counts the calls of each actor."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()

    def next(self, actor: str) -> int:
        self._made[actor] += 1
        return self._made[actor]
