"""The only way from the shop's code to the simulated world: each call to a port takes time, and may fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import TypeVar

from tradewind.aws.table import ConditionFailed
from tradewind_tools.simulation.errors import CallRefused, Crash, ResponseLost
from tradewind_tools.simulation.faults import CallCounter, EnvironmentFault, Fault, Faults, PortCall
from tradewind_tools.simulation.scheduler import Scheduler, Task
from tradewind_tools.simulation.trace import Trace

T = TypeVar("T")

_FAULT_OF_MANAGED_SERVICE = {Fault.CRASH_BEFORE: Fault.REFUSED, Fault.CRASH_AFTER: Fault.LOST_RESPONSE}
"""What a crash becomes where the caller is a managed service of the cloud, which does not die."""

_LATE_WRITE_MS = 6_000
"""DynamoDB completes a transaction that was left in progress after five seconds, or when it is asked about it again.

https://docs.aws.amazon.com/botocore/latest/reference/services/dynamodb/client/exceptions/TransactionInProgressException.html
"""
_STALL_MS = 40_000
_SLOW_CALL_CHANCE = 0.04
_SLOW_CALL_MS = 600
_USUAL_CALL_MS = 12
_CHARGE_PORT = "provider.charge"
_TRANSACTION_PORT = "table.transact"
_CHARGE_TIMEOUTS = {
    Fault.LOST_RESPONSE: EnvironmentFault.TIMED_OUT_CHARGED,
    Fault.REFUSED: EnvironmentFault.TIMED_OUT_NOT_CHARGED,
}


class Calls:
    """Executes calls to ports for the running task; the faults decide how each of them ends."""

    def __init__(self, scheduler: Scheduler, faults: Faults, random: Random) -> None:
        self.scheduler = scheduler
        self.faults = faults
        self.trace = Trace()
        self.fault_counts: Counter[str] = Counter()
        self.has_faulted = False
        self._random = random
        self._counter = CallCounter()
        self._slowed: set[str] = set()

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
        refusal: Callable[[], Exception] = CallRefused,
        lost: Callable[[], Exception] = ResponseLost,
    ) -> T:
        """Return what `effect` returns, after some virtual time. Raises Crash, `refusal` or `lost` under a fault."""
        caller = self.caller
        if caller.is_dead:
            raise Crash("dead already")
        fault = self._pick_fault(caller, port, about)
        self.scheduler.pause(self._draw_duration_ms(fault) + self._take_delay_ms(caller, port))
        if fault:
            self._count_fault(caller, fault, port)
        if fault is Fault.LATE_WRITE:
            self._execute_late(caller, partial(self._make_late, port, about, effect))
        self._fail_before(caller, fault, port, about, refusal)
        outcome = fault.value if fault else ""
        try:
            response = effect()
            if fault is Fault.REPEATED:
                response = effect()
        except Exception as error:
            outcome = f"{outcome} {type(error).__name__}"
            self._fail_after(caller, fault, lost)
            raise
        finally:
            self.trace.add(self.scheduler.now_ms, caller.name, port, about, outcome)
        self._fail_after(caller, fault, lost)
        return response

    def slow_down(self, function: str) -> None:
        """Let the next transaction of a function be slow."""
        self._slowed.add(function)

    def occurs(self, fault: EnvironmentFault, chance: float) -> bool:
        """Whether the fault occurs now; it is counted."""
        does_occur = self.faults.occurs(fault, chance)
        self.fault_counts[fault] += does_occur
        return does_occur

    def log(self, actor: str, what: str, about: str = "", outcome: str = "") -> None:
        """Add a step that is no call to the trace."""
        self.trace.add(self.scheduler.now_ms, actor, what, about, outcome)

    def _pick_fault(self, caller: Task, port: str, about: str) -> Fault | None:
        fault = self.faults.pick_fault(PortCall(caller.name, self._counter.next(caller.name), port, about))
        return _FAULT_OF_MANAGED_SERVICE.get(fault, fault) if fault and caller.is_managed else fault

    def _count_fault(self, caller: Task, fault: Fault, port: str) -> None:
        self.has_faulted = True
        caller.last_fault_ms = self.scheduler.now_ms
        self.fault_counts[fault] += 1
        if port == _CHARGE_PORT and fault in _CHARGE_TIMEOUTS:
            self.fault_counts[_CHARGE_TIMEOUTS[fault]] += 1

    def _fail_before(
        self, caller: Task, fault: Fault | None, port: str, about: str, refusal: Callable[[], Exception]
    ) -> None:
        if fault is Fault.CRASH_BEFORE:
            self.log(caller.name, port, about, fault.value)
            raise _kill(caller)
        if fault in {Fault.REFUSED, Fault.LATE_WRITE}:
            self.log(caller.name, port, about, fault.value)
            raise refusal()

    def _fail_after(self, caller: Task, fault: Fault | None, lost: Callable[[], Exception]) -> None:
        if fault is Fault.CRASH_AFTER:
            raise _kill(caller)
        if fault is Fault.LOST_RESPONSE:
            raise lost()

    def _execute_late(self, caller: Task, write: Callable[[], None]) -> None:
        after_ms = 1 + int(self._random.random() * _LATE_WRITE_MS)
        late = self.scheduler.spawn(caller.name, write, after_ms=after_ms, is_managed=True)
        late.origin = caller

    def _make_late(self, port: str, about: str, effect: Callable[[], object]) -> None:
        self.log(self.caller.name, port, about, "carried out late")
        with suppress(ConditionFailed):
            effect()

    def _draw_duration_ms(self, fault: Fault | None) -> int:
        """Mostly short, sometimes long: only different durations let one call overtake another."""
        if fault is Fault.STALL:
            return 1 + int(self._random.random() * _STALL_MS)
        usual = 1 + int(self._random.random() * _USUAL_CALL_MS)
        return usual + (int(self._random.random() * _SLOW_CALL_MS) if self._random.random() < _SLOW_CALL_CHANCE else 0)

    def _take_delay_ms(self, caller: Task, port: str) -> int:
        if port != _TRANSACTION_PORT or caller.name not in self._slowed:
            return 0
        self._slowed.discard(caller.name)
        return _SLOW_CALL_MS


def _kill(caller: Task) -> Crash:
    caller.is_dead = True
    return Crash("crashed")
