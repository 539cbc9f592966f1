"""The pages of the front door: static files beside this module, no build step, nothing from elsewhere."""

from __future__ import annotations

from http import HTTPMethod, HTTPStatus
from pathlib import Path
from typing import Final

from tradewind_tools.localcloud.front_door import not_found
from tradewind_tools.ministack.asgi import Headers, Receive, Response, Scope, Send

FOLDER: Final = Path(__file__).parent
PREFIX: Final = "/pages"

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_STRICT: Final = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"cache-control", b"no-cache"),
)


class Pages:
    """The ASGI application of `/`: the start page, and under `/pages` what the pages need."""

    def __init__(self) -> None:
        files = {f"{PREFIX}/{file.name}": page(file.name) for file in FOLDER.iterdir() if file.suffix in _TYPES}
        self._answers = {"/": files[f"{PREFIX}/start.html"], **files}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answers.get(scope["path"])
        if answer is None or scope["method"] not in {HTTPMethod.GET, HTTPMethod.HEAD}:
            await not_found(scope, receive, send)
        else:
            await answer.send_to(send)


def page(name: str) -> Response:
    """Read a file of this folder, ready to be served."""
    file = FOLDER / name
    return response(_TYPES[file.suffix], file.read_bytes(), _STRICT)


def response(content_type: str, body: bytes, headers: Headers, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Build a response; `headers` are those beside its type and its length."""
    described = ((b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()))
    return Response(status, described + headers, body)
