"""Counts what the functions ask of DynamoDB: round trips and capacity, as AWS would bill them.

It stands in front of the cloud and costs nothing until switched on. MiniStack reports the capacity of writes rightly,
and the same for every read, whatever its size; so that of reads is computed here.
Table management and PartiQL are not counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPMethod, HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.http_client import call
from tradewind_tools.ministack.capacity import READS, WRITES, Capacity, JsonObject, read_units, widen, write_capacity

if TYPE_CHECKING:
    import httpx2

Answer = TypeVar("Answer")

METER_PATH: Final = "/_tradewind/meter"

_TARGET: Final = b"x-amz-target"
_SERVICE: Final = "DynamoDB_20120810."


class MeteredCall(NamedTuple):
    """One request: the operation, e.g. `Query`, and the units it consumed, read and written together."""

    operation: str
    units: float


@dataclass(slots=True, eq=False)
class TableUsage:
    """What was asked of DynamoDB while it was measured; `calls` in the order of their answers."""

    calls: list[MeteredCall] = field(default_factory=list)
    read_units: float = 0.0
    write_units: float = 0.0

    @property
    def round_trips(self) -> int:
        return len(self.calls)

    def record(self, operation: str, capacity: Capacity) -> None:
        self.calls.append(MeteredCall(operation, sum(capacity)))
        self.read_units += capacity.read_units
        self.write_units += capacity.write_units

    def add(self, other: TableUsage) -> None:
        self.calls.extend(other.calls)
        self.read_units += other.read_units
        self.write_units += other.write_units


class Meter:
    """ASGI middleware before the cloud; it changes requests on their way, so it cannot stand before `AUTH=true`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: list[TableUsage] = []

    def open(self) -> TableUsage:
        """Begin to count every request that arrives from now on, whoever sends it."""
        usage = TableUsage()
        self._open.append(usage)
        return usage

    def close(self, usage: TableUsage) -> None:
        self._open.remove(usage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = _operation(scope) if self._open else None
        if operation is None:
            await self._app(scope, receive, send)
        else:
            await self._count(operation, scope, receive, send)

    async def _count(self, operation: str, scope: Scope, receive: Receive, send: Send) -> None:
        usages = tuple(self._open)
        request = Request(scope, receive)
        asked: JsonObject = json.loads(await request.body())
        answer = await self._ask(request, _with_capacity_wanted(operation, asked))
        capacity = await self._weigh(operation, request, asked, answer)
        for usage in usages:
            usage.record(operation, capacity)
        await Response(answer.content, answer.status_code, answer.headers)(scope, receive, send)

    async def _weigh(self, operation: str, request: Request, asked: JsonObject, answer: httpx2.Response) -> Capacity:
        if operation in WRITES:
            return write_capacity(asked, answer.json())
        if answer.status_code != HTTPStatus.OK:
            return Capacity()
        wide = widen(operation, asked)
        whole = answer if wide is None else await self._ask(request, wide)
        return Capacity(read_units=read_units(operation, wide or asked, whole.json()))

    async def _ask(self, request: Request, content: JsonObject) -> httpx2.Response:
        """The cloud's answer to the request with another content."""
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return await self._cloud.request(request.method, str(request.url), json=content, headers=headers)

    @cached_property
    def _cloud(self) -> httpx2.AsyncClient:
        import httpx2  # noqa: PLC0415 - slow to load, and wanted only where something is measured

        return httpx2.AsyncClient(transport=httpx2.ASGITransport(self._app))


class MeterSwitch:
    """A meter and its switch for other processes: `POST` starts a count and names it, `DELETE` ends and returns it."""

    def __init__(self, app: ASGIApp) -> None:
        self._meter = Meter(app)
        self._names = map(str, count(1))
        self._open: dict[str, TableUsage] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(METER_PATH):
            await self._switch(scope["method"], scope["path"].rpartition("/")[2])(scope, receive, send)
        else:
            await self._meter(scope, receive, send)

    def _switch(self, method: str, name: str) -> Response:
        if method == HTTPMethod.POST:
            return JSONResponse(self._begin(), HTTPStatus.CREATED)
        if method == HTTPMethod.DELETE and name in self._open:
            return Response(msgspec.json.encode(self._end(name)), media_type="application/json")
        return JSONResponse({"error": "NotFound", "message": "There is no such count."}, HTTPStatus.NOT_FOUND)

    def _begin(self) -> str:
        name = next(self._names)
        self._open[name] = self._meter.open()
        return name

    def _end(self, name: str) -> TableUsage:
        usage = self._open.pop(name)
        self._meter.close(usage)
        return usage


@contextmanager
def measure(endpoint_url: str) -> Iterator[TableUsage]:
    """Count every DynamoDB request that arrives at the local cloud in this block; the figures are there at its end.

    Whoever sends it is counted: wait in the block until the work that should be measured is done. Blocks may nest.
    """
    usage = TableUsage()
    name = _ask_switch(HTTPMethod.POST, f"{endpoint_url}{METER_PATH}", str)
    try:
        yield usage
    finally:
        usage.add(_ask_switch(HTTPMethod.DELETE, f"{endpoint_url}{METER_PATH}/{name}", TableUsage))


def _ask_switch(method: HTTPMethod, url: str, answer: type[Answer]) -> Answer:
    return msgspec.json.decode(call(method, url).raise_for_status().content, type=answer)


def _operation(scope: Scope) -> str | None:
    if scope["type"] != "http":
        return None
    target = dict(scope["headers"]).get(_TARGET, b"").decode()
    operation = target.removeprefix(_SERVICE)
    return operation if operation in READS | WRITES else None


def _with_capacity_wanted(operation: str, request: JsonObject) -> JsonObject:
    if operation in READS or request.get("ReturnConsumedCapacity", "NONE") != "NONE":
        return request
    return request | {"ReturnConsumedCapacity": "TOTAL"}
