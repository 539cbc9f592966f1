"""Executions of state machines: started at once, with errors named and retries paused as Step Functions does."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any, TypeAlias

from tradewind_tools.blueprint.limits import RUN_SECONDS

Retrier: TypeAlias = dict[str, Any]

THROTTLED = "TooManyRequestsException"


def skip_first_sleep(stepfunctions: ModuleType) -> None:
    """Skip the sleep of 0.15 s at the start of every execution: an order would take twice as long. Others stay."""
    stepfunctions.time = _time_with_sleep(_sleep_unless(0.15))  # type: ignore[attr-defined]


def name_throttled_calls(stepfunctions: ModuleType) -> None:
    """Report a throttled function as `Lambda.TooManyRequestsException`, where MiniStack says `Lambda.Unknown`."""
    call = stepfunctions._call_lambda  # noqa: SLF001
    execution_error = stepfunctions._ExecutionError  # noqa: SLF001

    def call_and_name(function: str, payload: object) -> Any:  # noqa: ANN401 - JSON
        try:
            return call(function, payload)
        except execution_error as error:
            if f'"{THROTTLED}"' in error.cause:
                raise execution_error(f"Lambda.{THROTTLED}", error.cause) from None
            raise

    stepfunctions._call_lambda = call_and_name  # type: ignore[attr-defined] # noqa: SLF001


def pause_as_retriers_say(stepfunctions: ModuleType) -> None:
    """Keep to a retrier's longest pause and its jitter, of which MiniStack knows neither."""
    find = stepfunctions._find_matching_retrier  # noqa: SLF001

    def find_with_pause(retriers: list[Retrier], error: str, counts: Mapping[int, int]) -> tuple[Retrier | None, int]:
        retrier, number = find(retriers, error, counts)
        return (retrier and _with_pause(retrier, counts.get(number, 0)), number)

    stepfunctions._find_matching_retrier = find_with_pause  # type: ignore[attr-defined] # noqa: SLF001


def end_express_runs(stepfunctions: ModuleType, seconds: float = RUN_SECONDS) -> None:
    """End an Express run after five minutes, as AWS does: no further step begins, and the caller hears `TIMED_OUT`.

    The step at work goes on to its end first, and the caller waits for it.
    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    run = stepfunctions._run_execution  # noqa: SLF001

    def run_in_time(arn: str) -> None:
        execution = stepfunctions._executions.get(arn, {})  # noqa: SLF001
        machine = stepfunctions._state_machines.get(execution.get("stateMachineArn"), {})  # noqa: SLF001
        if machine.get("type") != "EXPRESS":
            run(arn)
            return
        timer = threading.Timer(seconds, _time_out, [execution])
        timer.start()
        try:
            run(arn)
        finally:
            timer.cancel()

    stepfunctions._run_execution = run_in_time  # type: ignore[attr-defined] # noqa: SLF001


def _time_out(execution: dict[str, Any]) -> None:
    if execution["status"] == "RUNNING":
        execution.update(status="TIMED_OUT", stopDate=datetime.now(UTC).isoformat())


def _with_pause(retrier: Retrier, retries: int) -> Retrier:
    """The retrier with the next pause as its interval, at every retry."""
    grown = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** retries
    longest = min(grown, retrier.get("MaxDelaySeconds", grown))
    pause = random.uniform(0, longest) if retrier.get("JitterStrategy") == "FULL" else longest  # noqa: S311 - no secret
    return {**retrier, "IntervalSeconds": pause, "BackoffRate": 1.0}


def _sleep_unless(skipped_seconds: float) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        if seconds != skipped_seconds:
            time.sleep(seconds)

    return sleep


def _time_with_sleep(sleep: Callable[[float], None]) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(time), "sleep": sleep})
