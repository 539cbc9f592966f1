from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

import pytest

from tradewind_tools.ministack.adjustments.executions import end_express_runs

AT_ONCE, NEVER = 0.0, 3_600.0


class StepFunctions(ModuleType):
    """Runs that go from step to step while they are running; the first step lasts until the run was ended."""

    def __init__(self, kind: str) -> None:
        super().__init__("stepfunctions")
        self._state_machines = {"machine": {"type": kind}}
        self._executions: dict[str, dict[str, Any]] = {"run": {"stateMachineArn": "machine", "status": "RUNNING"}}
        self.steps: list[str] = []
        self._run_execution = self._run

    def run(self) -> str:
        self._run_execution("run")
        return str(self._executions["run"]["status"])

    def _run(self, arn: str) -> None:
        execution = self._executions[arn]
        for step in ("first", "second"):
            self.steps.append(step)
            self._await_timer()
            if execution["status"] != "RUNNING":
                return
        execution["status"] = "SUCCEEDED"

    def _await_timer(self) -> None:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer) and thread.interval == AT_ONCE:
                thread.join()


def test_express_run_that_takes_too_long_begins_no_further_step() -> None:
    machine = StepFunctions("EXPRESS")
    end_express_runs(machine, AT_ONCE)
    assert (machine.run(), machine.steps) == ("TIMED_OUT", ["first"])


@pytest.mark.parametrize(("kind", "seconds"), [("EXPRESS", NEVER), ("STANDARD", AT_ONCE)])
def test_other_runs_go_on_to_their_end(kind: str, seconds: float) -> None:
    machine = StepFunctions(kind)
    end_express_runs(machine, seconds)
    assert (machine.run(), machine.steps) == ("SUCCEEDED", ["first", "second"])


def test_a_run_leaves_no_timer_behind() -> None:
    machine = StepFunctions("EXPRESS")
    end_express_runs(machine, NEVER)
    machine.run()
    left = [each for each in threading.enumerate() if isinstance(each, threading.Timer) and each.interval == NEVER]
    for each in left:
        each.join(timeout=10)
    assert not any(each.is_alive() for each in left)
