"""One JSON line per invocation, metrics in the same line (CloudWatch embedded metric format, specification 0)."""

from __future__ import annotations

import os
import sys
import time
import traceback
from datetime import datetime
from typing import Any, Self

import msgspec

from tradewind.aws.trace import trace_invocation
from tradewind.kernel.clock import Clock, epoch_ms, iso

NAMESPACE = "Tradewind"

_encode = msgspec.json.Encoder(enc_hook=str).encode
_STACK_DEPTH = 6
_ANNOTATIONS = ("orderId", "refundId", "outcome", "status", "type")
"""What of the line a trace can be searched by."""
_SECRET_WORDS = ("password", "token", "secret", "authorization", "hash")


class InvocationLog:
    """What one invocation has to say, written as a single line when it ends, whatever the end is.

    As a context manager it writes the line itself: at level ERROR, with the exception, when one passes through.
    """

    _cold = True

    def __init__(
        self, event: str, clock: Clock, *, request_id: str, correlation_id: str = "", user_id: str = ""
    ) -> None:
        self.event = event
        self.level = "INFO"
        self.message = ""
        self.request_id = request_id
        self.correlation_id = correlation_id or request_id
        self.user_id = user_id
        self.metadata: dict[str, Any] = {}
        self.metrics: dict[str, int] = {}
        self._clock = clock
        self._started, self._started_at = time.perf_counter(), time.time()
        if InvocationLog._cold:
            InvocationLog._cold = False
            self.count("ColdStartCount")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, stack: object) -> None:
        if isinstance(error, Exception):
            self.record_exception(error)
        if error is None or isinstance(error, Exception):
            self.write()

    def add(self, **facts: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Add facts to the line. Never a secret, never personal data: ids only. Raises ValueError on a telling name."""
        for name in facts:
            if any(word in name.lower() for word in _SECRET_WORDS):
                raise ValueError(f"{name!r} does not belong in a log")
        self.metadata.update(facts)

    def record_exception(self, error: Exception) -> None:
        """Make the line an ERROR that says what went wrong inside, where, and in which words."""
        self.level, self.message = "ERROR", type(error).__name__
        self.count("FunctionError")
        self.metadata["fault"] = str(error)[:500]
        self.metadata["stack"] = traceback.format_tb(error.__traceback__)[-_STACK_DEPTH:]

    def count(self, metric: str, by: int = 1) -> None:
        """Count a metric: one of CloudWatch's for the whole stage, since each further dimension has its price."""
        self.metrics[metric] = self.metrics.get(metric, 0) + by

    def write(self) -> None:
        """Write the line to standard output."""
        now = self._clock.now()
        ids = {name: self.metadata[name] for name in _ANNOTATIONS if name in self.metadata}
        trace_invocation(
            self.event, self._started_at, {"userId": self.user_id, "correlationId": self.correlation_id, **ids}
        )
        line: dict[str, Any] = {
            "timestamp": iso(now),
            "level": self.level,
            "requestId": self.request_id,
            "correlationId": self.correlation_id,
            "userId": self.user_id,
            "functionName": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
            "event": self.event,
            "message": self.message,
            "metadata": self.metadata,
            "duration": round((time.perf_counter() - self._started) * 1000, 1),
        }
        if self.metrics:
            line |= self._metric_fields(now)
        sys.stdout.write(_encode(line).decode() + "\n")
        sys.stdout.flush()

    def _metric_fields(self, now: datetime) -> dict[str, Any]:
        definitions = [{"Name": name, "Unit": "Count"} for name in self.metrics]
        directive = {"Namespace": NAMESPACE, "Dimensions": [["stage"]], "Metrics": definitions}
        return {
            "stage": os.environ.get("STAGE", "local"),
            **self.metrics,
            "_aws": {"Timestamp": epoch_ms(now), "CloudWatchMetrics": [directive]},
        }


def request_id_of(context: object) -> str:
    """The id that Lambda gives an invocation; empty where there is no context, as in tests."""
    return str(getattr(context, "aws_request_id", ""))
