"""Executions of state machines: started at once, few of them in parallel, and again after a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

EXECUTIONS_AT_ONCE = 16
INTERRUPTED_AT_ONCE = 4


def run_interrupted_executions() -> None:
    """Run what a stop or a crash interrupted, from the start: on AWS an execution outlives any machine.

    MiniStack declares them failed when it restores them. Call when the server answers; our workflows are re-entrant.
    """
    from ministack.services import stepfunctions  # noqa: PLC0415 - reads its settings from the environment when imported

    executions = list(stepfunctions._executions._data.values())  # noqa: SLF001 - no API starts one again
    interrupted = [execution for execution in executions if execution.get("error") == "States.ServiceRestart"]
    for execution in interrupted:
        execution.update(status="RUNNING", stopDate=None, error=None, cause=None, events=execution["events"][:1])
    for part in range(INTERRUPTED_AT_ONCE):
        arns = [execution["executionArn"] for execution in interrupted[part::INTERRUPTED_AT_ONCE]]
        threading.Thread(target=_run_in_turn, args=(stepfunctions, arns), daemon=True).start()


def skip_first_sleep(stepfunctions: ModuleType) -> None:
    """Skip the sleep of 0.15 s at the start of every execution: an order would take twice as long. Others stay."""
    stepfunctions.time = _time_with_sleep(_sleep_unless(0.15))  # type: ignore[attr-defined]


def limit_parallel_executions(stepfunctions: ModuleType) -> None:
    """Let executions wait for their turn to start.

    A burst would run as many as there are events, all waiting for the workers of the same few steps, which would time
    out while they only wait.
    """
    run = stepfunctions._run_execution  # noqa: SLF001
    turns = threading.BoundedSemaphore(EXECUTIONS_AT_ONCE)

    def run_in_turn(arn: str) -> None:
        with turns:
            run(arn)

    stepfunctions._run_execution = run_in_turn  # type: ignore[attr-defined] # noqa: SLF001


def _run_in_turn(stepfunctions: ModuleType, arns: list[str]) -> None:
    for arn in arns:
        stepfunctions._run_execution(arn)  # noqa: SLF001


def _sleep_unless(skipped_seconds: float) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        if seconds != skipped_seconds:
            time.sleep(seconds)

    return sleep


def _time_with_sleep(sleep: Callable[[float], None]) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(time), "sleep": sleep})
