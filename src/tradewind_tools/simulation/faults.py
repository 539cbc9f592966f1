"""Fault injection: what can go wrong, and who decides when it does: chance, or a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import NamedTuple, Protocol

from tradewind_tools.blueprint.messaging import CHECKOUT


class Fault(StrEnum):
    """How one call to a port can go wrong."""

    CRASH_BEFORE = "crash before"
    """The caller dies before the call is executed."""
    CRASH_AFTER = "crash after"
    """The call is executed, and the caller dies before it receives the response."""
    LOST_RESPONSE = "lost response"
    """The call is executed, and the caller gets an error."""
    REFUSED = "refused"
    """The call is not executed, and the caller gets an error: throttled, or unreachable."""
    REPEATED = "repeated"
    """The response is lost on its way; the client library repeats the call by itself and returns the second one."""
    STALL = "stall"
    """The caller stalls before the call, perhaps until its time is up."""
    LATE_WRITE = "written after its caller gave up"
    """The caller gets an error, and goes on; what it wrote is in progress, and is carried out, or refused, after that.

    DynamoDB completes a transaction whose caller has given up: TransactionInProgressException.
    """


class EnvironmentFault(StrEnum):
    """What else goes wrong in a history, apart from calls."""

    DUPLICATE = "message delivered twice"
    LATE = "message delivered up to three hours late"
    SHARED = "one message received by two consumers at once"
    REDELIVERED = "message redelivered up to three hours after it was handled"
    RETURNED_LATE = "failed message redelivered after 25 hours"
    PARTLY_FAILED = "batch of which some messages failed"
    REPLAYED = "every archived event replayed"
    REPLAYED_NEXT_DAY = "every archived event replayed after 25 hours"
    REPLAYED_LONG_AFTER = "every archived event replayed after 40 days"
    REFUND_EVENT_LOST = "event of a refund that never reached its queue"
    BUS_THROTTLES = "event bus throttled for seconds"
    RELAY_DOWN = "relay down for longer than a stream record is retried"
    TIMED_OUT_CHARGED = "provider timed out, and had charged"
    TIMED_OUT_NOT_CHARGED = "provider timed out, and had not charged"
    PROVIDER_DOWN = "provider down for ten minutes"
    CHARGED_LATE = "provider charged after its caller gave up"
    WEBHOOK_FIRST = "webhook received before the provider's response"
    CLOCKS_DIFFER = "clocks that differ, throughout a history"
    JOB_TWICE = "job started twice"
    JOB_AGAIN = "job invoked again after it failed"
    THROTTLED = "one function throttled for a minute"
    ALL_THROTTLED = "all functions throttled for a minute"
    THROTTLED_CALLS = "invocation refused by throttling"
    RUN_TIMED_OUT = "checkout run ended after five minutes"
    STALE_READ = "read that did not show the latest write"
    KEY_FORGOTTEN = "provider asked about a key that it has forgotten"


SYSTEMATIC_FAULTS = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST_RESPONSE)
"""The faults that the crash table injects into every call of the saga and of every consumer."""

_FAULTS_OF_WRITES = frozenset({Fault.REPEATED, Fault.LATE_WRITE})
_FAULTS_EVERYWHERE = tuple(fault for fault in Fault if fault not in _FAULTS_OF_WRITES)


class PortCall(NamedTuple):
    """The `number`-th call of `actor` in a history: to which port, about what."""

    actor: str
    number: int
    port: str
    about: str

    @property
    def possible_faults(self) -> tuple[Fault, ...]:
        """Client libraries repeat a single write to the table, and Step Functions the invocation of a saga step."""
        match self.port:
            case "table.write":
                return tuple(Fault)
            case "table.transact":
                return (*_FAULTS_EVERYWHERE, Fault.LATE_WRITE)
            case "lambda.invoke" if self.actor == CHECKOUT:
                return (*_FAULTS_EVERYWHERE, Fault.REPEATED)
            case _:
                return _FAULTS_EVERYWHERE


class Faults(Protocol):
    """Decides what goes wrong."""

    def pick_fault(self, call: PortCall) -> Fault | None:
        """Choose the fault of this call; None lets it succeed."""
        ...

    def occurs(self, fault: EnvironmentFault, chance: float) -> bool:
        """Whether a fault with this probability occurs now."""
        ...

    def draw(self, chance: float) -> bool:
        """Whether an event with this probability happens that is not a fault, such as a webhook beside a response."""
        ...

    def stop(self) -> None:
        """Inject no fault any more."""
        ...


class ChanceFaults:
    """Every call fails with the same small probability, in one of `kinds`."""

    def __init__(self, random: Random, probability: float, kinds: Sequence[Fault] = tuple(Fault)) -> None:
        self._random = random
        self._probability = probability
        self._kinds = frozenset(kinds)

    def pick_fault(self, call: PortCall) -> Fault | None:
        if not self._probability or self._random.random() >= self._probability:
            return None
        possible = [kind for kind in call.possible_faults if kind in self._kinds]
        return self._random.choice(possible) if possible else None

    def occurs(self, fault: EnvironmentFault, chance: float) -> bool:  # noqa: ARG002 - the protocol's
        return self._probability > 0 and self._random.random() < chance

    def draw(self, chance: float) -> bool:
        return self._random.random() < chance

    def stop(self) -> None:
        self._probability = 0.0


class PlannedFaults:
    """Exactly the faults of a plan, which names calls by actor and number; `calls` keeps every call that was made.

    Each of the `environment_faults` occurs once, at its first opportunity.
    """

    def __init__(
        self, plan: Mapping[tuple[str, int], Fault], environment_faults: Collection[EnvironmentFault] = ()
    ) -> None:
        self._plan = dict(plan)
        self._environment_faults = set(environment_faults)
        self.calls: list[PortCall] = []

    def pick_fault(self, call: PortCall) -> Fault | None:
        self.calls.append(call)
        return self._plan.pop((call.actor, call.number), None)

    def occurs(self, fault: EnvironmentFault, chance: float) -> bool:  # noqa: ARG002 - the protocol's
        """Once, if it is planned."""
        is_planned = fault in self._environment_faults
        self._environment_faults.discard(fault)
        return is_planned

    def draw(self, chance: float) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def stop(self) -> None:
        """The plan itself ends its faults."""


class CallCounter:
    """Numbers the calls of each actor."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def next(self, actor: str) -> int:
        self._counts[actor] += 1
        return self._counts[actor]
