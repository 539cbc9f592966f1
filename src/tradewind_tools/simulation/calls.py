"""The one way from the shop's code to the world: every call to a port takes time, and can go wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import TypeVar

from tradewind_tools.simulation.faults import Call, Fault, Faults, Numbering
from tradewind_tools.simulation.scheduler import Crash, Scheduler, Task

T = TypeVar("T")

_SURVIVED = {Fault.CRASH_BEFORE: Fault.REFUSED, Fault.CRASH_AFTER: Fault.LOST_ANSWER}
"""What becomes of a crash where the caller is a service of the cloud."""

_KEPT_STEPS = 250
_STALL_MS = 40_000
_SLOW_CALL_CHANCE = 0.04
_SLOW_CALL_MS = 600
_USUAL_CALL_MS = 12


class AnswerLost(Exception):
    """The connection broke: whether the call was done, its caller cannot know."""


class Refused(Exception):
    """The service did not take the call."""


class Trace:
    """What happened last, for people; and a digest of everything that ever happened, to tell two runs apart."""

    def __init__(self) -> None:
        self._steps: deque[tuple[int, str, str, str, str]] = deque(maxlen=_KEPT_STEPS)
        self._digest = sha256()
        self.length = 0

    def note(self, at_ms: int, actor: str, port: str, about: str, outcome: str) -> None:
        self.length += 1
        self._steps.append((at_ms, actor, port, about, outcome))
        self._digest.update(f"{at_ms}{actor}{port}{about}{outcome}".encode())

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()[:16]

    def last(self, count: int, about: str = "") -> list[str]:
        """The last steps as lines; those alone in which `about` occurs, if given."""
        lines = [
            f"{at_ms / 1000:12.3f} s  {actor:<28} {port:<16} {told}{f'  -> {outcome}' if outcome else ''}"
            for at_ms, actor, port, told, outcome in self._steps
        ]
        return [line for line in lines if about in line][-count:]


class Calls:
    """Makes calls for whoever runs; the faults decide what comes of them."""

    def __init__(self, scheduler: Scheduler, faults: Faults, random: Random) -> None:
        self.scheduler = scheduler
        self.faults = faults
        self.trace = Trace()
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
            self.was_struck = True
            caller.struck_ms = self.scheduler.now_ms
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

    def note(self, actor: str, what: str, about: str = "", outcome: str = "") -> None:
        self.trace.note(self.scheduler.now_ms, actor, what, about, outcome)

    def _fault(self, caller: Task, port: str, about: str) -> Fault | None:
        fault = self.faults.strike(Call(caller.name, self._numbering.next(caller.name), port, about))
        return _SURVIVED.get(fault, fault) if fault and caller.endures else fault

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
