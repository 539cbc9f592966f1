"""What the start page tells about the local cloud: its address and its functions, as `/pages/cloud.json`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final
from urllib.parse import quote

import msgspec

from tradewind_tools.localcloud.pages import PREFIX, response
from tradewind_tools.ministack.asgi import ASGIApp, Receive, Scope, Send, exchange, get
from tradewind_tools.ministack.environment import REGION

PATH: Final = f"{PREFIX}/cloud.json"

_LIST_FUNCTIONS: Final = "/2015-03-31/functions/"


class Function(msgspec.Struct, frozen=True, rename="camel"):
    """A function as the page shows it; `handler` is the dotted name of its entry point."""

    name: str
    handler: str
    memory_mb: int
    timeout_seconds: int


class Cloud(msgspec.Struct, frozen=True, rename="camel"):
    """The local cloud as the page shows it."""

    endpoint_url: str
    region: str
    functions: list[Function]


class _Listed(msgspec.Struct):
    name: str = msgspec.field(name="FunctionName")
    handler: str = msgspec.field(name="Handler")
    memory_mb: int = msgspec.field(name="MemorySize")
    timeout_seconds: int = msgspec.field(name="Timeout")


class _Page(msgspec.Struct):
    functions: list[_Listed] = msgspec.field(name="Functions")
    next_marker: str | None = msgspec.field(default=None, name="NextMarker")


class About:
    """Asks the cloud in this process, at each request."""

    def __init__(
        self, cloud: ASGIApp, endpoint_url: str, asked: Callable[[Scope], Scope] = lambda scope: scope
    ) -> None:
        """`asked` signs what is asked, where the cloud wants that."""
        self._cloud = cloud
        self._asked = asked
        self._endpoint_url = endpoint_url

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        functions = sorted([function async for function in self._functions()], key=lambda function: function.name)
        content = msgspec.json.encode(Cloud(self._endpoint_url, REGION, functions))
        await response("application/json", content, ((b"cache-control", b"no-store"),)).send_to(send)

    async def _functions(self) -> AsyncIterator[Function]:
        marker: str | None = ""
        while marker is not None:
            page = await self._page(marker)
            for listed in page.functions:
                yield Function(listed.name, listed.handler, listed.memory_mb, listed.timeout_seconds)
            marker = page.next_marker

    async def _page(self, marker: str) -> _Page:
        query = f"Marker={quote(marker)}" if marker else ""
        answer = await exchange(self._cloud, self._asked(get(_LIST_FUNCTIONS, query)))
        return msgspec.json.decode(answer.body, type=_Page)
