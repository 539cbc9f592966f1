"""The worker processes of functions: few of them, quickly started, and independent when one fails."""

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


def start_workers_without_botocore(lambda_runtime: ModuleType) -> None:
    """Start Python workers without botocore, which counts how deep functions call functions: 0.1 s and 15 MB a worker.

    No function of ours calls another synchronously, and one that needs botocore still imports it.
    """
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace("\n    _ms_install_invoke_depth()\n", "\n")  # type: ignore[attr-defined] # noqa: SLF001


def limit_workers(lambda_svc: ModuleType) -> None:
    """Let calls wait for one of the function's few workers.

    A burst would start a process for each parallel call: a hundred orders at once would take gigabytes, and stall. No
    wait is for ever: a worker is released at the latest when its function times out, even one that waits for itself.
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


def limit_parallel_starts(lambda_runtime: ModuleType) -> None:
    """Start few workers in parallel: each takes a tenth of a second of a core, and many would delay the first, too."""
    spawn = lambda_runtime.Worker._spawn  # noqa: SLF001
    turns = threading.BoundedSemaphore(CORES)

    def spawn_in_turn(self: object) -> None:
        with turns:
            spawn(self)

    lambda_runtime.Worker._spawn = spawn_in_turn  # noqa: SLF001


def keep_other_workers(lambda_runtime: ModuleType) -> None:
    """Let a worker that dies while it starts fail alone: MiniStack ends all workers of its function with it."""
    invoke = lambda_runtime.Worker.invoke

    def invoke_or_report(self: object, *arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - its own
        try:
            response: dict[str, Any] = invoke(self, *arguments, **options)
        except (RuntimeError, OSError) as died:
            return {"status": "error", "error": str(died), "error_type": "Runtime.ExitError"}
        return response

    lambda_runtime.Worker.invoke = invoke_or_report


def report_error_classes(lambda_svc: ModuleType, lambda_runtime: ModuleType) -> None:
    """Report exceptions by their class, by which a state machine can catch them, instead of `Runtime.HandlerError`.

    A worker whose handler raised goes on, as on AWS: MiniStack ends it for its answer's status, so it says "ok" first.
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    lambda_runtime._PYTHON_WORKER_SCRIPT = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(  # type: ignore[attr-defined] # noqa: SLF001
        '"status": "error", "error": str(e), "trace"',
        '"status": "ok", "error_type": type(e).__name__, "error": str(e), "trace"',
    )
    execute = lambda_svc._execute_function_warm  # noqa: SLF001
    raised: ContextVar[str | None] = ContextVar("raised", default=None)
    invoke = lambda_runtime.Worker.invoke

    def invoke_and_remember(self: object, *arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - its own
        response: dict[str, Any] = invoke(self, *arguments, **options)
        raised.set(response.get("error_type"))
        return {**response, "status": "error"} if "error_type" in response else response

    def execute_and_report(func: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        raised.set(None)
        result: dict[str, Any] = execute(func, event, request_id)
        if result.get("error") and raised.get():
            result["body"]["errorType"] = raised.get()
        return result

    lambda_runtime.Worker.invoke = invoke_and_remember
    lambda_svc._execute_function_warm = execute_and_report  # type: ignore[attr-defined] # noqa: SLF001
