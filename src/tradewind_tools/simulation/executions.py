"""Step Functions in a simulated world: runs of the deployed state machine, each a task that can die."""

from __future__ import annotations

from random import Random

from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.saga import STEPS, definition
from tradewind_tools.memory.errors import ExecutionFailed, TaskFailed
from tradewind_tools.memory.state_machine import run
from tradewind_tools.simulation.bus import Detail
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.errors import CallRefused, InvocationFailed, ResponseLost
from tradewind_tools.simulation.functions import Functions

_EXPRESS_TIMEOUT_MS = 300_000


class Executions:
    """Starts runs of the checkout saga. One that dies is not restarted: the shop's own sweeper has to notice."""

    def __init__(self, functions: Functions, calls: Calls, random: Random) -> None:
        self.started: set[str] = set()
        self._functions = functions
        self._calls = calls
        self._random = random
        self._definition = definition({step.function: step.function for step in STEPS})
        self._integrations = {"arn:aws:states:::lambda:invoke": self._invoke}

    def start(self, detail: Detail) -> None:
        self.started.add(detail["eventId"])
        self._calls.scheduler.spawn(CHECKOUT, lambda: self._run(detail), timeout_ms=_EXPRESS_TIMEOUT_MS, after_ms=1)

    def _run(self, detail: Detail) -> None:
        """A JSON path that does not exist ends a run, as an error that no state catches does."""
        try:
            run(self._definition, {"detail": detail}, self._integrations, self._pause)
        except (ExecutionFailed, LookupError, TypeError) as failure:
            self._calls.log(CHECKOUT, "failed", detail["aggregateId"], str(failure))

    def _pause(self, seconds: float) -> None:
        """Full jitter, as the definition asks for."""
        self._calls.scheduler.pause(int(self._random.random() * seconds * 1000))

    def _invoke(self, parameters: Detail) -> Detail:
        payload = parameters["Payload"]
        try:
            return {"Payload": self._functions.call(parameters["FunctionName"], payload, about=payload["orderId"])}
        except CallRefused as error:
            raise TaskFailed("Lambda.ServiceException") from error
        except ResponseLost as error:
            raise TaskFailed("Lambda.SdkClientException") from error
        except InvocationFailed as error:
            raise TaskFailed(error.error) from error
