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
from tradewind_tools.simulation.errors import CallRefused, InvocationFailed, ResponseLost
from tradewind_tools.simulation.functions import Functions
from tradewind_tools.simulation.scheduler import Task


class SimulatedStateMachine:
    """A `tradewind.aws.state_machine.StateMachine`. A run goes on when the function that awaits it dies."""

    def __init__(self, functions: Functions, calls: Calls, random: Random) -> None:
        self._functions = functions
        self._calls = calls
        self._random = random
        self._machine = MemoryStateMachine(definition_by_name(), self._invoke, self._pause)

    def run(self, data: Mapping[str, str]) -> None:
        about = data["orderId"]
        run = self._calls.make("states.start", about, lambda: self._start(data), refusal=RunNotStarted)
        self._calls.scheduler.wait_for(run, limits.RUN_SECONDS * 1000)
        if run.is_dead or not run.is_done:
            raise RunFailed("TIMED_OUT")
        if isinstance(run.result, ExecutionFailed):
            self._calls.log(CHECKOUT, "failed", about, str(run.result))
            raise RunFailed(f"FAILED {run.result.error}")

    def _start(self, data: Mapping[str, str]) -> Task:
        timeout_ms = limits.RUN_SECONDS * 1000
        return self._calls.scheduler.spawn(CHECKOUT, lambda: self._execute(data), timeout_ms=timeout_ms, after_ms=1)

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

    def _invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Raises TaskFailed, with Step Functions' own names for what Lambda does not answer."""
        try:
            answer: dict[str, Any] = self._functions.call(function, payload, about=payload["orderId"])
        except CallRefused as error:
            raise TaskFailed("Lambda.ServiceException") from error
        except ResponseLost as error:
            raise TaskFailed("Lambda.SdkClientException") from error
        except InvocationFailed as error:
            raise TaskFailed(error.error) from error
        return answer
