"""Counts what the functions ask of DynamoDB: round trips and capacity, as AWS would bill them.

It stands in front of the cloud and costs nothing until switched on. The local cloud is right about writes and says
the same for every read, whatever its size; so writes are asked for their capacity, reads are weighed here.
Table management and PartiQL are not counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NamedTuple

from tradewind_tools.localcloud.asgi import App, Receive, Response, Scope, Send, exchange, read_body
from tradewind_tools.localcloud.capacity import READS, WRITES, Capacity, JsonObject, read_units, widened, write_capacity

_TARGET: Final = b"x-amz-target"
_SERVICE: Final = "DynamoDB_20120810."


class Call(NamedTuple):
    """One request: the operation, e.g. `Query`, and the units it consumed, read and written together."""

    operation: str
    units: float


@dataclass(slots=True, eq=False)
class Usage:
    """What was asked of DynamoDB while it was measured; `calls` in the order of their answers."""

    calls: list[Call] = field(default_factory=list)
    read_units: float = 0.0
    write_units: float = 0.0

    @property
    def round_trips(self) -> int:
        return len(self.calls)

    def record(self, operation: str, capacity: Capacity) -> None:
        self.calls.append(Call(operation, sum(capacity)))
        self.read_units += capacity.read_units
        self.write_units += capacity.write_units


class Meter:
    """ASGI middleware before the cloud; it changes requests on their way, so it cannot stand before `AUTH=true`."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._open: list[Usage] = []

    @contextmanager
    def measure(self) -> Iterator[Usage]:
        """Count every request that arrives in this block, whoever sends it. Blocks may nest and overlap."""
        usage = Usage()
        self._open.append(usage)
        try:
            yield usage
        finally:
            self._open.remove(usage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = _operation(scope) if self._open else None
        if operation is None:
            await self._app(scope, receive, send)
        else:
            await self._count(operation, scope, receive, send)

    async def _count(self, operation: str, scope: Scope, receive: Receive, send: Send) -> None:
        usages = tuple(self._open)
        request: JsonObject = json.loads(await read_body(receive))
        response = await self._ask(scope, _telling_capacity(operation, request))
        capacity = await self._capacity(operation, scope, request, response)
        for usage in usages:
            usage.record(operation, capacity)
        await response.send_to(send)

    async def _ask(self, scope: Scope, request: JsonObject) -> Response:
        return await exchange(self._app, scope, json.dumps(request).encode())

    async def _capacity(self, operation: str, scope: Scope, request: JsonObject, response: Response) -> Capacity:
        if operation in WRITES:
            return write_capacity(request, json.loads(response.body))
        if response.status != HTTPStatus.OK:
            return Capacity()
        wide = widened(operation, request)
        whole = response if wide is None else await self._ask(scope, wide)
        return Capacity(read_units=read_units(operation, wide or request, json.loads(whole.body)))


def _operation(scope: Scope) -> str | None:
    if scope["type"] != "http":
        return None
    target = dict(scope["headers"]).get(_TARGET, b"").decode()
    operation = target.removeprefix(_SERVICE)
    return operation if operation in READS | WRITES else None


def _telling_capacity(operation: str, request: JsonObject) -> JsonObject:
    if operation in READS or request.get("ReturnConsumedCapacity", "NONE") != "NONE":
        return request
    return request | {"ReturnConsumedCapacity": "TOTAL"}
