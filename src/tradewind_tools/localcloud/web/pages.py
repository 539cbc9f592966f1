"""The pages: static files in the folder beside this module, no build step, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tradewind_tools.localcloud.web.responses import DefaultHeaders

FOLDER: Final = Path(__file__).parent / "static"
PREFIX: Final = "/pages"

_STRICT: Final = {
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-cache",
}


def routes() -> list[BaseRoute]:
    """`/` is the start page; `/pages` has what the pages need."""
    return [
        Route("/", show_start_page),
        Mount(PREFIX, StaticFiles(directory=FOLDER), middleware=[Middleware(DefaultHeaders, _STRICT)]),
    ]


async def show_start_page(_request: Request) -> FileResponse:
    return page("start.html")


def page(name: str) -> FileResponse:
    """A page of the folder, which runs no script but those beside it."""
    return FileResponse(FOLDER / name, headers=_STRICT)
