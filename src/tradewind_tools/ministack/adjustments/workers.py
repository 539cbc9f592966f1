"""The processes that functions run in: few, light, and told apart when they fail."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from contextvars import ContextVar
from types import ModuleType
from typing import Any

CORES = os.cpu_count() or 1
WORKERS_PER_FUNCTION = max(3, min(CORES, 8))
QUEUE_LOOK_SECONDS = 0.5


def stop_workers() -> None:
    """End the functions' worker processes: MiniStack leaves them to notice by themselves."""
    from ministack.core import lambda_runtime  # noqa: PLC0415 - reads its settings from the environment when imported

    lambda_runtime.reset()


def start_workers_lightly(lambda_runtime: ModuleType) -> None:
    """Each Python worker imports botocore to count how deep functions call functions: 0.1 s and 15 MB a worker.

    None of ours calls another synchronously, and a function that needs botocore still imports it.
    """
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace("\n    _ms_install_invoke_depth()\n", "\n")  # type: ignore[attr-defined] # noqa: SLF001


def let_calls_queue_for_workers(lambda_svc: ModuleType) -> None:
    """A burst starts a process for each parallel call: a hundred orders at once would take gigabytes, and stall.

    Calls wait for one of the function's few workers instead. No wait is for ever: a worker is let go at the latest when
    the function's time is up, even one whose function waits for itself.
    """
    acquire, release = lambda_svc.acquire_worker, lambda_svc.release_worker
    free: defaultdict[str, threading.Condition] = defaultdict(threading.Condition)

    def acquire_in_turn(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST") -> tuple[Any, str]:
        with free[name]:
            leased: tuple[Any, str] = acquire(name, config, code, qualifier, WORKERS_PER_FUNCTION)
            while leased[0] is None:
                free[name].wait(QUEUE_LOOK_SECONDS)
                leased = acquire(name, config, code, qualifier, WORKERS_PER_FUNCTION)
            return leased

    def release_to_the_next(worker: Any) -> None:  # noqa: ANN401 - MiniStack's, or None
        release(worker)
        if worker is not None:
            with free[worker.func_name]:
                free[worker.func_name].notify()

    lambda_svc.acquire_worker = acquire_in_turn  # type: ignore[attr-defined]
    lambda_svc.release_worker = release_to_the_next  # type: ignore[attr-defined]


def start_few_workers_at_once(lambda_runtime: ModuleType) -> None:
    """Starting a worker takes a tenth of a second of a core; many at once make the first ones late, too."""
    spawn = lambda_runtime.Worker._spawn  # noqa: SLF001
    turns = threading.BoundedSemaphore(CORES)

    def spawn_in_turn(self: object) -> None:
        with turns:
            spawn(self)

    lambda_runtime.Worker._spawn = spawn_in_turn  # noqa: SLF001


def lose_only_the_worker_that_died(lambda_runtime: ModuleType) -> None:
    """A worker that dies while it starts takes all of its function's workers with it, at whatever they are."""
    invoke = lambda_runtime.Worker.invoke

    def invoke_or_say(self: object, *arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - its own
        try:
            response: dict[str, Any] = invoke(self, *arguments, **options)
        except (RuntimeError, OSError) as died:
            return {"status": "error", "error": str(died), "error_type": "Runtime.ExitError"}
        return response

    lambda_runtime.Worker.invoke = invoke_or_say


def name_raised_errors(lambda_svc: ModuleType, lambda_runtime: ModuleType) -> None:
    """A raised exception is always called `Runtime.HandlerError`; on AWS a state machine can catch it by its class."""
    lambda_runtime._PYTHON_WORKER_SCRIPT = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(  # type: ignore[attr-defined] # noqa: SLF001
        '"status": "error", "error": str(e), "trace"',
        '"status": "error", "error_type": type(e).__name__, "error": str(e), "trace"',
    )
    execute = lambda_svc._execute_function_warm  # noqa: SLF001
    raised: ContextVar[str | None] = ContextVar("raised", default=None)
    invoke = lambda_runtime.Worker.invoke

    def invoke_and_note(self: object, *arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - its own
        response: dict[str, Any] = invoke(self, *arguments, **options)
        raised.set(response.get("error_type"))
        return response

    def execute_and_name(func: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        raised.set(None)
        result: dict[str, Any] = execute(func, event, request_id)
        if result.get("error") and raised.get():
            result["body"]["errorType"] = raised.get()
        return result

    lambda_runtime.Worker.invoke = invoke_and_note
    lambda_svc._execute_function_warm = execute_and_name  # type: ignore[attr-defined] # noqa: SLF001
