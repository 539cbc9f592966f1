"""One JSON line per invocation, metrics in the same line (CloudWatch embedded metric format, specification 0)."""

from __future__ import annotations

import os
import sys
import time
import traceback
from typing import Any

import msgspec

from tradewind.kernel.clock import Clock, epoch_ms, iso

NAMESPACE = "Tradewind"

_encode = msgspec.json.Encoder(enc_hook=str).encode
_STACK_DEPTH = 6
_SECRET_WORDS = ("password", "token", "secret", "authorization", "hash")


class Journal:
    """What one invocation has to say; written as a single line at its end, whatever the end is."""

    _cold = True

    def __init__(self, clock: Clock, *, request_id: str, correlation_id: str = "", user_id: str = "") -> None:
        self._clock = clock
        self._started = time.perf_counter()
        self.request_id = request_id
        self.correlation_id = correlation_id or request_id
        self.user_id = user_id
        self.metadata: dict[str, Any] = {}
        self.metrics: dict[str, int] = {}
        if Journal._cold:
            Journal._cold = False
            self.count("ColdStartCount")

    def note(self, **facts: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Add facts to the line. Never a secret, never personal data: ids only. Raises ValueError on a telling name."""
        for name in facts:
            if any(word in name.lower() for word in _SECRET_WORDS):
                raise ValueError(f"{name!r} does not belong in a log")
        self.metadata.update(facts)

    def fault(self, error: Exception) -> None:
        """Note what went wrong inside: where, and in which words; the invocation's line goes out as an ERROR."""
        self.metadata["fault"] = str(error)[:500]
        self.metadata["stack"] = traceback.format_tb(error.__traceback__)[-_STACK_DEPTH:]

    def count(self, metric: str, by: int = 1) -> None:
        """Count a metric: one of CloudWatch's for the whole stage, since each further dimension has its price."""
        self.metrics[metric] = self.metrics.get(metric, 0) + by

    def write(self, level: str, event: str, message: str = "") -> None:
        now = self._clock.now()
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
        line: dict[str, Any] = {
            "timestamp": iso(now),
            "level": level,
            "requestId": self.request_id,
            "correlationId": self.correlation_id,
            "userId": self.user_id,
            "functionName": function,
            "event": event,
            "message": message,
            "metadata": self.metadata,
            "duration": round((time.perf_counter() - self._started) * 1000, 1),
        }
        if self.metrics:
            line |= {"stage": os.environ.get("STAGE", "local"), **self.metrics}
            line["_aws"] = {
                "Timestamp": epoch_ms(now),
                "CloudWatchMetrics": [
                    {
                        "Namespace": NAMESPACE,
                        "Dimensions": [["stage"]],
                        "Metrics": [{"Name": name, "Unit": "Count"} for name in self.metrics],
                    }
                ],
            }
        sys.stdout.write(_encode(line).decode() + "\n")
        sys.stdout.flush()
