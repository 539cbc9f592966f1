"""The front door plays CloudFront: one address for the pages, the API and the mails.

The front door answers its mounts and nothing else; the services of the local cloud stay behind the cloud port.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from tradewind_tools.ministack.asgi import ASGIApp, Message, Receive, Scope, Send

STAGE = "v1"

SECURITY_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"content-security-policy": (
        b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        b"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}


@dataclass(frozen=True, slots=True)
class Mount:
    """An application and the path prefix it answers, which it sees in full. The prefix `/` answers the rest."""

    prefix: str
    app: ASGIApp

    def answers(self, path: str) -> bool:
        folder = self.prefix.rstrip("/")
        return path == folder or path.startswith(f"{folder}/")


class FrontDoor:
    """Hand each request to the mount with the longest matching prefix."""

    def __init__(self, mounts: Sequence[Mount]) -> None:
        self._mounts = sorted(mounts, key=lambda mount: len(mount.prefix), reverse=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app_for(scope["path"])(scope, receive, with_security_headers(send))

    def _app_for(self, path: str) -> ASGIApp:
        return next((mount.app for mount in self._mounts if mount.answers(path)), not_found)


class ApiStage:
    """Rewrite `/v1/…` to the API's own address and hand it to the cloud in-process.

    `find_api` gives the id of the REST API that is deployed, or None while there is none.
    """

    def __init__(self, cloud: ASGIApp, find_api: Callable[[], str | None]) -> None:
        self._cloud = cloud
        self._find_api = find_api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        api_id = self._find_api()
        if api_id is None:
            await respond_error(send, 503, "NotDeployed", "The shop is not deployed yet; try again in a moment.")
        else:
            await self._cloud(_readdressed(scope, f"/_aws/execute-api/{api_id}"), receive, send)


def _readdressed(scope: Scope, prefix: str) -> Scope:
    # A Host such as bucket.s3.localhost would name another service behind this door.
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    raw_path = scope.get("raw_path") or scope["path"].encode()
    return {
        **scope,
        "path": prefix + scope["path"],
        "raw_path": prefix.encode() + raw_path,
        "headers": [*headers, (b"host", b"localhost")],
    }


def by_port(front_door: ASGIApp, front_door_port: int, cloud: ASGIApp) -> ASGIApp:
    """Tell the two addresses of the one server apart by the port a request came in at."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        at_front_door = scope["type"] != "lifespan" and scope["server"][1] == front_door_port
        await (front_door if at_front_door else cloud)(scope, receive, send)

    return app


def after_startup(app: ASGIApp, begin: Callable[[], None]) -> ASGIApp:
    """Call `begin` as soon as the application has started."""

    async def started(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_begin(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                begin()

        await app(scope, receive, send_and_begin if scope["type"] == "lifespan" else send)

    return started


def with_security_headers(send: Send) -> Send:
    """Add each security header that the application did not set itself."""

    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": _secured(message.get("headers", []))}
        await send(message)

    return send_secured


def _secured(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.lower() != b"server"]
    present = {name.lower() for name, _ in kept}
    return kept + [(name, value) for name, value in SECURITY_HEADERS.items() if name not in present]


async def healthz(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond_json(send, 200, {"status": "ok"})


async def not_found(scope: Scope, _receive: Receive, send: Send) -> None:
    await respond_error(send, 404, "NotFound", f"There is nothing at {scope['path']}.")


async def respond_error(send: Send, status: int, error: str, message: str) -> None:
    """Answer in the API's shape of errors."""
    request_id = str(uuid4())
    body = {"error": error, "message": message, "details": [], "requestId": request_id}
    await respond_json(send, status, body, (b"x-request-id", request_id.encode()))


async def respond_json(send: Send, status: int, body: object, *more: tuple[bytes, bytes]) -> None:
    """Answer with a JSON body and `more` headers."""
    content = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
