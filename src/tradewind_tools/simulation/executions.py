"""Step Functions in a simulated world: runs of the deployed state machine, each a task that can die."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tradewind.aws.state_machine import RunFailed, RunNotStarted
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.saga import definition_by_name
from tradewind_tools.memory.errors import ExecutionFailed, TaskFailed
from tradewind_tools.memory.state_machine import MemoryStateMachine
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.errors import CallRefused, InvocationFailed, ResponseLost, Throttled
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.functions import Functions
from tradewind_tools.simulation.scheduler import Task

_RUN_MS = limits.RUN_SECONDS * 1000
_HANGING_CHANCE = 0.002


class SimulatedStateMachine:
    """A `tradewind.aws.state_machine.StateMachine`. A run goes on when the function that awaits it dies."""

    def __init__(self, functions: Functions, calls: Calls, random: Random) -> None:
        self._functions = functions
        self._calls = calls
        self._random = random
        self._machine = MemoryStateMachine(definition_by_name(), self.invoke, self._pause)

    def run(self, data: Mapping[str, str]) -> None:
        about = data["orderId"]
        run = self._calls.make("states.start", about, lambda: self._start(data), refusal=RunNotStarted)
        self._calls.scheduler.wait_for(run, _RUN_MS)
        if run.is_dead or not run.is_done:
            raise RunFailed("TIMED_OUT")
        if isinstance(run.result, ExecutionFailed):
            self._calls.log(CHECKOUT, "failed", about, str(run.result))
            raise RunFailed(f"FAILED {run.result.error}")

    def _start(self, data: Mapping[str, str]) -> Task:
        return self._calls.scheduler.spawn(CHECKOUT, lambda: self._execute(data), timeout_ms=_RUN_MS, after_ms=1)

    def _execute(self, data: Mapping[str, str]) -> ExecutionFailed | None:
        """The task's result: how the run failed, if it did."""
        try:
            self._machine.execute(data)
        except ExecutionFailed as failure:
            return failure
        return None

    def _pause(self, seconds: float) -> None:
        """Full jitter, as the definition asks for."""
        self._calls.scheduler.pause(int(self._random.random() * seconds * 1000))

    def invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Perform a task. Raises TaskFailed, with Step Functions' own names for what Lambda does not answer."""
        if self._calls.occurs(EnvironmentFault.RUN_TIMED_OUT, _HANGING_CHANCE):
            self._calls.scheduler.pause(_RUN_MS)
        try:
            answer: dict[str, Any] = self._functions.call(function, payload, about=payload["orderId"])
        except Throttled as error:
            raise TaskFailed("Lambda.TooManyRequestsException") from error
        except CallRefused as error:
            raise TaskFailed("Lambda.ServiceException") from error
        except ResponseLost as error:
            raise TaskFailed("Lambda.SdkClientException") from error
        except InvocationFailed as error:
            raise TaskFailed(error.error) from error
        return answer
