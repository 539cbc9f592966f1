"""The front door plays CloudFront: one address for the pages, the API and the mails.

It answers its routes and nothing else; the services of the local cloud stay behind the cloud port.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.localcloud.web import functions, mail, pages
from tradewind_tools.localcloud.web.guards import HostGuard
from tradewind_tools.localcloud.web.responses import DefaultHeaders, refuse

STAGE: Final = "v1"
_NOT_HANDED_ON: Final = (b"host", b"x-forwarded-for")

SECURITY_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}


def front_door(
    cloud: ASGIApp, endpoint_url: str, find_api: Callable[[], str | None], hosts: Collection[str] = ()
) -> Starlette:
    """The application of the front door.

    `cloud` serves the API, `endpoint_url` is its own address. `find_api` gives the id of the REST API that is deployed,
    or None while there is none. It answers to this machine's own names, and to `hosts`.
    """
    stage = ApiStage(cloud, find_api)
    return Starlette(
        routes=[
            *functions.routes(endpoint_url),
            *pages.routes(),
            *mail.routes(),
            Route("/healthz", report_health),
            Route(f"/{STAGE}", stage),
            Mount(f"/{STAGE}", stage),
        ],
        middleware=[Middleware(DefaultHeaders, SECURITY_HEADERS), Middleware(HostGuard, hosts)],
        exception_handlers={404: answer_not_found, 405: answer_method_not_allowed},
    )


class ApiStage:
    """Rewrites `/v1/…` to the API's own address and hands it to the cloud in this process."""

    def __init__(self, cloud: ASGIApp, find_api: Callable[[], str | None]) -> None:
        self._cloud = cloud
        self._find_api = find_api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        api_id = self._find_api()
        if api_id is None:
            refusal = refuse(503, "NotDeployed", "The shop is not deployed yet; try again in a moment.")
            await refusal(scope, receive, send)
        else:
            await self._cloud(_readdress(scope, f"/_aws/execute-api/{api_id}"), receive, send)


def _readdress(scope: Scope, prefix: str) -> Scope:
    # A Host such as bucket.s3.localhost would name another service behind this door; and who calls is not the client's
    # to say: API Gateway takes the address of the connection, where MiniStack believes X-Forwarded-For.
    headers = [(name, value) for name, value in scope["headers"] if name not in _NOT_HANDED_ON]
    # As API Gateway does, the path is handed on as it came: `%2F` in a parameter does not divide it.
    path = prefix + (scope.get("raw_path") or scope["path"].encode()).decode("ascii", errors="replace")
    return {
        **scope,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "headers": [*headers, (b"host", b"localhost")],
    }


async def report_health(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def answer_not_found(request: Request, _fault: Exception) -> JSONResponse:
    return refuse(404, "NotFound", f"There is nothing at {request.scope['path']}.")


async def answer_method_not_allowed(request: Request, _fault: Exception) -> JSONResponse:
    return refuse(405, "MethodNotAllowed", f"{request.method} is not possible at {request.scope['path']}.")
