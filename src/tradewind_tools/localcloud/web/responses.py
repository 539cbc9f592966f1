"""What the applications behind the front door share: refusals in one shape, and headers of every response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NEVER_STORED: Final = {"cache-control": "no-store"}


def refuse(status: int, error: str, message: str) -> JSONResponse:
    """A refusal in the shape of the API's errors."""
    request_id = str(uuid4())
    content = {"error": error, "message": message, "details": [], "requestId": request_id}
    return JSONResponse(content, status, {"x-request-id": request_id})


def fresh_json(content: msgspec.Struct) -> Response:
    """A structure as JSON, which no browser keeps."""
    return Response(msgspec.json.encode(content), headers=NEVER_STORED, media_type="application/json")


class DefaultHeaders:
    """ASGI middleware: every response has these headers unless it sets them itself, and none names its server."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(message)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _complete(self, message: Message) -> None:
        own = [(name.lower(), value) for name, value in message.get("headers", [])]
        headers = MutableHeaders(raw=own)
        del headers["server"]
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        message["headers"] = headers.raw
