"""The types of the blueprint: a function, and its trigger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.permissions import Grant, runs

METHODS = ("GET", "POST", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of the HTTP API: `GET /products/{productId}`."""

    method: str
    path: str

    @classmethod
    def parse(cls, text: str) -> Route:
        """Read `METHOD /path`. Raises ValueError."""
        method, _, path = text.partition(" ")
        if method not in METHODS or not path.startswith("/"):
            raise ValueError(f"{text!r} is not a route: write one such as 'GET /products'")
        return cls(method, path)

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.path.strip("/").split("/"))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names between braces, in order."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Authorizer:
    """API Gateway asks it who a caller is; it keeps the answer, but for the operations of administrators."""

    cache_seconds: int = limits.AUTHORIZER_CACHE_SECONDS

    def __str__(self) -> str:
        return f"authorizes (cached {self.cache_seconds} s, for administrators not at all)"


@dataclass(frozen=True, slots=True)
class StreamSource:
    """New items of the table whose sort key has the prefix, in order; batches that fail for good go to a queue."""

    sort_prefix: str
    failures: str
    batch_size: int = 100

    def __str__(self) -> str:
        return f"stream {self.sort_prefix}*"


@dataclass(frozen=True, slots=True)
class QueueSource:
    """Messages of a queue, `concurrency` batches at once; a failed message is delivered again, alone.

    A batch waits `wait_seconds` for more messages, so that a busy shop calls the function less often. A `setting` of
    the stage may say another concurrency.
    """

    queue: str
    batch_size: int = 10
    concurrency: int = limits.QUEUE_CONCURRENCY
    wait_seconds: int = 0
    setting: str = ""

    def __str__(self) -> str:
        return f"queue {self.queue}"


@dataclass(frozen=True, slots=True)
class StateMachineStep:
    """A step of a state machine."""

    machine: str

    def __str__(self) -> str:
        return f"step of {self.machine}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule; `expression` as EventBridge takes it: `rate(5 minutes)`."""

    expression: str

    def __str__(self) -> str:
        return self.expression


@dataclass(frozen=True, slots=True)
class Rotation:
    """The rotation of these secrets by Secrets Manager, every so many days."""

    purposes: tuple[str, ...]
    days: int

    def __str__(self) -> str:
        return f"rotates {', '.join(self.purposes)} every {self.days} days"


Trigger: TypeAlias = Route | Authorizer | StreamSource | QueueSource | StateMachineStep | Schedule | Rotation


@dataclass(frozen=True, slots=True)
class Function:
    """One Lambda function; `handler` is the dotted name of its entry point."""

    name: str
    trigger: Trigger
    handler: str
    grants: tuple[Grant, ...]
    memory_mb: int = limits.MEMORY_MB
    timeout_seconds: int = limits.TIMEOUT_SECONDS

    @property
    def service(self) -> str:
        """The service it belongs to: `catalog` of `tradewind.catalog.handlers.get_product`."""
        return self.handler.split(".")[1]


def http(name: str, route: str, handler: str, *grants: Grant, memory_mb: int = limits.MEMORY_MB) -> Function:
    """An operation of the HTTP API."""
    return Function(name, Route.parse(route), handler, grants, memory_mb)


def authorizer(name: str, handler: str, *grants: Grant) -> Function:
    """The function that API Gateway asks who a caller is, before an operation that is not public."""
    return Function(name, Authorizer(), handler, grants)


def on_stream(name: str, prefix: str, handler: str, *grants: Grant, failures: str) -> Function:
    """A consumer of the table's stream; the queue `failures` gets the position of batches that fail for good."""
    return Function(name, StreamSource(prefix, failures), handler, grants)


def on_queue(
    name: str,
    queue: str,
    handler: str,
    *grants: Grant,
    timeout_seconds: int = 30,
    concurrency: int = limits.QUEUE_CONCURRENCY,
    wait_seconds: int = 0,
) -> Function:
    """A consumer of a queue, which handles `concurrency` batches at once (at least 2)."""
    source = QueueSource(queue, concurrency=concurrency, wait_seconds=wait_seconds)
    return Function(name, source, handler, grants, timeout_seconds=timeout_seconds)


def starter(name: str, queue: str, handler: str, machine: str, *, concurrency: int, setting: str) -> Function:
    """The consumer that runs a state machine for each message of a queue, `concurrency` of them at once."""
    source = QueueSource(queue, batch_size=1, concurrency=concurrency, setting=setting)
    timeout_seconds = limits.RUN_SECONDS + limits.RUN_MARGIN_SECONDS
    return Function(name, source, handler, (runs(machine),), limits.WAITING_MB, timeout_seconds)


def step(
    name: str, machine: str, handler: str, *grants: Grant, timeout_seconds: int = 10, memory_mb: int = limits.MEMORY_MB
) -> Function:
    """A step of a state machine."""
    return Function(name, StateMachineStep(machine), handler, grants, memory_mb, timeout_seconds)


def on_schedule(name: str, expression: str, handler: str, *grants: Grant, timeout_seconds: int = 60) -> Function:
    """A job that runs on a schedule."""
    return Function(name, Schedule(expression), handler, grants, timeout_seconds=timeout_seconds)


def on_rotation(name: str, purposes: tuple[str, ...], handler: str, *, days: int = limits.ROTATION_DAYS) -> Function:
    """The function that gives the secrets of these purposes new values."""
    return Function(name, Rotation(purposes, days), handler, (), timeout_seconds=60)
