"""AWS X-Ray subsegments as plain UDP documents to Lambda's own daemon, without an SDK.

Nothing is loaded or sent but for sampled requests. Lambda makes the segment of the function itself, puts the trace of
an invocation into `_X_AMZN_TRACE_ID` and the address of the daemon into AWS_XRAY_DAEMON_ADDRESS.

Documents: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
Headers: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

R = TypeVar("R")

_HEADER = "_X_AMZN_TRACE_ID"
_DAEMON = "AWS_XRAY_DAEMON_ADDRESS"
_PREFIX = b'{"format": "json", "version": 1}\n'
_ID_BYTES = 8

_encode = msgspec.json.Encoder().encode


class Trace(NamedTuple):
    """A sampled trace: its id, and the segment that what happens now is a part of."""

    trace_id: str
    parent_id: str

    @property
    def header(self) -> str:
        """As it travels with an event."""
        return f"Root={self.trace_id};Parent={self.parent_id};Sampled=1"


def current_trace() -> Trace | None:
    """The trace of this invocation; None where it is not sampled, which is to say mostly."""
    header = os.environ.get(_HEADER, "")
    if "Sampled=1" not in header:
        return None
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    root, parent = parts.get("Root"), parts.get("Parent")
    return Trace(root, parent) if root and parent else None


def trace_call(name: str, operation: str, call: Callable[[], R]) -> R:
    """Make a call to another service; of a sampled trace it becomes a subsegment, with its time and its fault."""
    trace = current_trace()
    if trace is None:
        return call()
    started, fault = time.time(), True
    try:
        result = call()
        fault = False
    finally:
        document = {"name": name, "namespace": "aws", "aws": {"operation": operation}, "fault": fault}
        _send(trace, document, started)
    return result


def trace_invocation(name: str, started: float, annotations: Mapping[str, object]) -> None:
    """Add a subsegment for the invocation itself, which can be searched by its annotations."""
    trace = current_trace()
    if trace is not None:
        searchable = {key: value for key, value in annotations.items() if isinstance(value, (str, int)) and value}
        _send(trace, {"name": name, "annotations": searchable}, started)


def _send(trace: Trace, document: dict[str, Any], started: float) -> None:
    """Nobody waits for the daemon, and what it does not take is lost: a trace is worth no error."""
    import socket  # noqa: PLC0415 - only sampled requests need it

    host, _, port = os.environ.get(_DAEMON, "127.0.0.1:2000").rpartition(":")
    subsegment = {
        "id": os.urandom(_ID_BYTES).hex(),
        "trace_id": trace.trace_id,
        "parent_id": trace.parent_id,
        "type": "subsegment",
        "start_time": started,
        "end_time": time.time(),
        **document,
    }
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
            daemon.setblocking(False)
            daemon.sendto(_PREFIX + _encode(subsegment), (host, int(port)))
    except OSError:
        return
