"""Who may ask the local cloud: programs of this machine, and its own pages, at the front door.

A page of any website can let the browser of whoever reads it send requests to this machine. It may write without
reading the answer (a cross-site request), or read it, too, by a name of its own that leads here (DNS rebinding).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind_tools.localcloud.web.responses import refuse

HOSTS_VARIABLE: Final = "TRADEWIND_HOSTS"
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})

_HTTP_PORT: Final = 80
_HOST: Final = re.compile(r"(?P<name>\[[\da-f:.]+\]|[^:\[\]]+)(:(?P<port>\d{1,5}))?")
_BY_HAND: Final = "none"
"""`Sec-Fetch-Site` of an address that was typed, pasted or bookmarked: no page asks for it (Fetch Metadata, W3C)."""


def parse_hosts(text: str) -> frozenset[str]:
    """The hosts in a list divided by commas: `shop.test` at any port, `shop.test:9000` at this one."""
    return frozenset(host.strip().lower() for host in text.split(",") if host.strip())


class HostGuard:
    """ASGI middleware that answers requests to this machine's own names, at the port where they arrive.

    `further` hosts are answered, too; with `subdomains`, so is every `*.localhost`, which no name server gives away.
    """

    def __init__(self, app: ASGIApp, further: Collection[str] = (), *, subdomains: bool = False) -> None:
        self._app = app
        self._further = further
        self._subdomains = subdomains

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = None if scope["type"] == "lifespan" else self._refusal(scope)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        host, port = Headers(scope=scope).get("host", ""), scope["server"][1]
        return None if self._answers(host, port) else _refuse_host(host, port)

    def _answers(self, host: str, port: int) -> bool:
        found = _HOST.fullmatch(host.lower())
        if found is None:
            return False
        is_here = int(found["port"] or _HTTP_PORT) == port and self._is_own_name(found["name"])
        return is_here or found["name"] in self._further or found[0] in self._further

    def _is_own_name(self, name: str) -> bool:
        return name in LOOPBACK_HOSTS or (self._subdomains and name.endswith(".localhost"))


class BrowserGuard:
    """ASGI middleware for what programs alone may ask: refuses what pages send, and gives none leave to read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                _take_leave_away(message)
            await send(message)

        if scope["type"] != "lifespan" and _is_from_page(Headers(scope=scope)):
            await _refuse_page()(scope, receive, send)
        else:
            await self._app(scope, receive, send_without_leave)


def _is_from_page(headers: Headers) -> bool:
    return "origin" in headers or headers.get("sec-fetch-site", _BY_HAND) != _BY_HAND


def _take_leave_away(message: Message) -> None:
    headers = message.get("headers", [])
    message["headers"] = [each for each in headers if not each[0].lower().startswith(b"access-control-")]


def _refuse_host(host: str, port: int) -> Response:
    answered = f"Here it is localhost:{port}; {HOSTS_VARIABLE} at ./dev up names further hosts, divided by commas."
    return refuse(403, "HostNotAllowed", f"The local cloud does not answer to the host {host[:100]!r}. {answered}")


def _refuse_page() -> Response:
    advice = "Pages ask at the front door; AWS's clients and tools ask here, without Origin."
    return refuse(403, "PageNotAllowed", f"The cloud's port answers no web page. {advice}")
