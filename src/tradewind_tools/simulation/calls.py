"""The one way from the shop's code to the world: every call to a port takes time, and can go wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from hashlib import sha256
from random import Random
from typing import NamedTuple, TypeVar

from tradewind_tools.simulation.faults import Call, Fault, Faults, Mishap, Numbering
from tradewind_tools.simulation.scheduler import Crash, Scheduler, Task

T = TypeVar("T")

_SURVIVED = {Fault.CRASH_BEFORE: Fault.REFUSED, Fault.CRASH_AFTER: Fault.LOST_ANSWER}
"""What becomes of a crash where the caller is a service of the cloud."""

_STALL_MS = 40_000
_SLOW_CALL_CHANCE = 0.04
_SLOW_CALL_MS = 600
_USUAL_CALL_MS = 12
_READS = ("table.get", "table.get_many", "table.query")
_SHOWN_CHARACTERS = 150
_CHARGES = "provider.charge"
_TIMED_OUT = {Fault.LOST_ANSWER: Mishap.CHARGED_UNHEARD, Fault.REFUSED: Mishap.NOT_CHARGED}


class AnswerLost(Exception):
    """The connection broke: whether the call was done, its caller cannot know."""


class Refused(Exception):
    """The service did not take the call."""


class Step(NamedTuple):
    """Something that was done, or befell somebody; `outcome` is empty when it went well."""

    at_ms: int
    actor: str
    port: str
    about: str
    outcome: str

    @property
    def is_telling(self) -> bool:
        """A read that went well tells nothing."""
        return bool(self.outcome) or self.port not in _READS

    def names(self, subjects: Collection[str]) -> bool:
        return not subjects or any(subject in self.about or subject in self.outcome for subject in subjects)

    def __str__(self) -> str:
        told = f"{self.at_ms / 1000:12.3f} s  {self.actor:<26} {self.port:<16} {self.about}"
        return f"{told[:_SHOWN_CHARACTERS]}{f'  -> {self.outcome}' if self.outcome else ''}"


class Trace:
    """What happened, for people; and a digest of everything that ever happened, to tell two runs apart."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._digest = sha256()

    def note(self, at_ms: int, actor: str, port: str, about: str, outcome: str) -> None:
        self._steps.append(Step(at_ms, actor, port, about, outcome))
        self._digest.update(f"{at_ms}{actor}{port}{about}{outcome}".encode())

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()[:16]

    @property
    def length(self) -> int:
        return len(self._steps)

    def telling(self, subjects: Collection[str], at_most: int) -> list[str]:
        """The last steps, as lines, that changed one of the subjects or went wrong about it; of anything, if none is
        named.
        """
        told = [step for step in self._steps if step.is_telling and step.names(subjects)]
        return [str(step) for step in told[-at_most:]] if at_most else []


class Calls:
    """Makes calls for whoever runs; the faults decide what comes of them."""

    def __init__(self, scheduler: Scheduler, faults: Faults, random: Random) -> None:
        self.scheduler = scheduler
        self.faults = faults
        self.trace = Trace()
        self.mishaps: Counter[str] = Counter()
        self.was_struck = False
        self._random = random
        self._numbering = Numbering()

    @property
    def caller(self) -> Task:
        assert self.scheduler.current  # noqa: S101 - only tasks call
        return self.scheduler.current

    def make(
        self,
        port: str,
        about: str,
        effect: Callable[[], T],
        *,
        refusal: Callable[[], Exception] = Refused,
        lost: Callable[[], Exception] = AnswerLost,
    ) -> T:
        """What `effect` gives, after a while. Raises Crash, `refusal` or `lost` when the faults say so."""
        caller = self.caller
        if caller.is_dead:
            raise Crash("dead already")
        fault = self._fault(caller, port, about)
        self.scheduler.pause(self._duration_ms(fault))
        if fault:
            self._struck(caller, fault, port)
        self._before(caller, fault, port, about, refusal)
        outcome = fault.value if fault else ""
        try:
            answer = effect()
            if fault is Fault.REPEATED:
                answer = effect()
        except Exception as refused:
            outcome = f"{outcome} {type(refused).__name__}"
            self._after(caller, fault, lost)
            raise
        finally:
            self.trace.note(self.scheduler.now_ms, caller.name, port, about, outcome)
        self._after(caller, fault, lost)
        return answer

    def befalls(self, mishap: Mishap, chance: float) -> bool:
        """Whether luck is as bad as that."""
        is_unlucky = self.faults.befalls(mishap, chance)
        self.mishaps[mishap] += is_unlucky
        return is_unlucky

    def note(self, actor: str, what: str, about: str = "", outcome: str = "") -> None:
        self.trace.note(self.scheduler.now_ms, actor, what, about, outcome)

    def _fault(self, caller: Task, port: str, about: str) -> Fault | None:
        fault = self.faults.strike(Call(caller.name, self._numbering.next(caller.name), port, about))
        return _SURVIVED.get(fault, fault) if fault and caller.endures else fault

    def _struck(self, caller: Task, fault: Fault, port: str) -> None:
        self.was_struck = True
        caller.struck_ms = self.scheduler.now_ms
        self.mishaps[fault] += 1
        if port == _CHARGES and fault in _TIMED_OUT:
            self.mishaps[_TIMED_OUT[fault]] += 1

    def _before(
        self, caller: Task, fault: Fault | None, port: str, about: str, refusal: Callable[[], Exception]
    ) -> None:
        if fault is Fault.CRASH_BEFORE:
            self._note_fault(caller, fault, port, about)
            raise _dead(caller)
        if fault is Fault.REFUSED:
            self._note_fault(caller, fault, port, about)
            raise refusal()

    def _note_fault(self, caller: Task, fault: Fault, port: str, about: str) -> None:
        self.trace.note(self.scheduler.now_ms, caller.name, port, about, fault.value)

    def _after(self, caller: Task, fault: Fault | None, lost: Callable[[], Exception]) -> None:
        if fault is Fault.CRASH_AFTER:
            raise _dead(caller)
        if fault is Fault.LOST_ANSWER:
            raise lost()

    def _duration_ms(self, fault: Fault | None) -> int:
        """Mostly short, sometimes long: it is the differences that make calls overtake each other."""
        if fault is Fault.STALL:
            return 1 + int(self._random.random() * _STALL_MS)
        usual = 1 + int(self._random.random() * _USUAL_CALL_MS)
        return usual + (int(self._random.random() * _SLOW_CALL_MS) if self._random.random() < _SLOW_CALL_CHANCE else 0)


def _dead(caller: Task) -> Crash:
    caller.is_dead = True
    return Crash("crashed")
