from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tradewind_tools.memory.errors import ExecutionFailed, TaskFailed, UnsupportedDefinition
from tradewind_tools.memory.state_machine import run

FEW = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxDelaySeconds": 30, "MaxAttempts": 2}
MANY = {**FEW, "ErrorEquals": ["Throttled", "Busy"], "MaxAttempts": 7}


def skip(_seconds: float) -> None:
    """No pause."""


def task(*errors: Exception) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A task that raises these errors, one at each call, and then succeeds."""
    left = list(errors)

    def perform(_parameters: dict[str, Any]) -> dict[str, Any]:
        if left:
            raise left.pop(0)
        return {"outcome": "Done"}

    return perform


def definition(*retriers: dict[str, Any]) -> dict[str, Any]:
    tried = {"Type": "Task", "Resource": "task", "Parameters": {}, "Retry": list(retriers), "Next": "End"}
    return {"StartAt": "Try", "States": {"Try": tried, "End": {"Type": "Succeed"}}}


def test_error_is_retried_as_its_retrier_says_with_growing_pauses() -> None:
    pauses: list[float] = []
    errors = [TaskFailed("Throttled")] * 7
    execution = run(definition(MANY, FEW), {}, {"task": task(*errors)}, pauses.append)
    assert execution.ended_in == "End"
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_each_retrier_counts_its_own_attempts() -> None:
    pauses: list[float] = []
    errors = [TaskFailed("Throttled"), ValueError("wrong"), TaskFailed("Busy"), ValueError("wrong")]
    run(definition(MANY, FEW), {}, {"task": task(*errors)}, pauses.append)
    assert pauses == [1, 1, 2, 2]


def test_run_fails_with_the_error_that_its_retrier_gave_up() -> None:
    errors = [ValueError("wrong")] * 3
    with pytest.raises(ExecutionFailed, match="Try: ValueError: wrong") as raised:
        run(definition(MANY, FEW), {}, {"task": task(*errors)}, skip)
    assert (raised.value.state, raised.value.error) == ("Try", "ValueError")


def test_error_without_a_retrier_fails_the_run_at_once() -> None:
    with pytest.raises(ExecutionFailed, match="Other"):
        run(definition(MANY), {}, {"task": task(TaskFailed("Other"))}, skip)


def test_fail_state_fails_the_run() -> None:
    failing = {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "Unexpected", "Cause": "no way on"}}}
    with pytest.raises(ExecutionFailed, match="Stop: Unexpected: no way on"):
        run(failing, {}, {}, skip)


def test_unknown_type_of_state_is_refused() -> None:
    with pytest.raises(UnsupportedDefinition, match="Wait"):
        run({"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 1}}}, {}, {}, skip)
