"""The few words of ASGI that the parts around the local cloud share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

Headers = tuple[tuple[bytes, bytes], ...]

_DISCONNECT: Final[Message] = {"type": "http.disconnect"}


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP response; `headers` as ASGI has them: lower-case names, bytes."""

    status: int
    headers: Headers
    body: bytes

    async def send_to(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body})


async def read_body(receive: Receive) -> bytes:
    """Return the request's whole body; a client that goes away early ends it there."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def exchange(app: ASGIApp, scope: Scope, body: bytes = b"") -> Response:
    """Ask `app` in this process and return its whole response."""
    requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    start: Message = {"status": 500, "headers": []}
    parts: list[bytes] = []

    async def receive() -> Message:
        return requests.pop() if requests else _DISCONNECT

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(_with_length(scope, len(body)), receive, send)
    return Response(
        start["status"], tuple((bytes(name), bytes(value)) for name, value in start["headers"]), b"".join(parts)
    )


def _with_length(scope: Scope, length: int) -> Scope:
    others = [
        (name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")
    ]
    return {**scope, "headers": [*others, (b"content-length", str(length).encode())]}


def get(path: str, query: str = "") -> Scope:
    """Return the scope of a GET request from this machine."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
    }
