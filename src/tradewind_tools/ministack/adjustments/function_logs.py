"""What functions log: complete, by function, and with the metrics in it counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import Empty, Queue
from types import ModuleType
from typing import Any

from tradewind_tools.ministack.embedded_metrics import extract_metrics

LOG_END = "\x1eend of this invocation's log"
LOG_END_SECONDS = 1.0


def mark_log_ends(lambda_runtime: ModuleType) -> None:
    """Let workers mark where an invocation's log ends; after one that was killed it is waited for a moment.

    MiniStack guesses the end from a pause: a busy machine loses lines, a silent function costs 50 ms.
    """
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    answered = "        _real_stdout.flush()\n\nrun()"
    said = f"        sys.stderr.write({LOG_END + chr(10)!r})\n        sys.stderr.flush()\n"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(answered, said + answered)  # type: ignore[attr-defined] # noqa: SLF001
    guess = lambda_runtime.Worker._drain_stderr_bounded  # noqa: SLF001

    def read_to_the_end(self: Any, *waits: float, **named: float) -> str:  # noqa: ANN401 - MiniStack's
        if not self.config.get("Runtime", "").startswith("python"):
            return str(guess(self, *waits, **named))
        return "\n".join(lines_until_end(self._stderr_queue))

    lambda_runtime.Worker._drain_stderr_bounded = read_to_the_end  # noqa: SLF001


def separate_log_groups(lambda_svc: ModuleType) -> None:
    """Let each function write into a log group of its own: `/aws/lambda/<name>`.

    In a group that functions share, AWS writes their names into those of the streams; here they would be lost.
    """
    emit = lambda_svc._emit_lambda_logs  # noqa: SLF001

    def emit_by_itself(func: dict[str, Any], *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - its own
        config = {**(func.get("config") or func), "LoggingConfig": {}}
        emit({**func, "config": config}, *arguments, **options)

    lambda_svc._emit_lambda_logs = emit_by_itself  # type: ignore[attr-defined] # noqa: SLF001


def extract_embedded_metrics(lambda_svc: ModuleType, cloudwatch: ModuleType) -> None:
    """Count the metrics in log lines, as CloudWatch does, and let alarms evaluate them."""
    emit = lambda_svc._emit_lambda_logs  # noqa: SLF001
    in_turn = threading.Lock()

    def emit_and_extract(func: dict[str, Any], request_id: str, log: str, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - its own
        emit(func, request_id, log, *arguments, **options)
        found = list(extract_metrics(log))
        for metric in found:
            cloudwatch.record_metric(*metric)
        if found:
            with in_turn:  # an alarm rings once, whoever sees it first
                cloudwatch._evaluate_all_alarms()  # noqa: SLF001 - only PutMetricData makes it look

    lambda_svc._emit_lambda_logs = emit_and_extract  # type: ignore[attr-defined] # noqa: SLF001


def lines_until_end(lines: Queue[str]) -> Iterator[str]:
    """The lines of one invocation, waited for, but not for ever."""
    deadline = time.monotonic() + LOG_END_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except Empty:
            return
        if line == LOG_END:
            return
        yield line
