"""Operations on the service itself."""

from __future__ import annotations

import os
from functools import cache

import tradewind
from tradewind.edge.http import Empty, Request, Response, endpoint
from tradewind.service.errors import DocumentMissing
from tradewind.service.messages import ServiceStatus
from tradewind.shop import Shop

OPENAPI_PATH = f"{os.path.dirname(__file__)}/openapi.json"  # noqa: PTH120 - pathlib is not on the request path
"""Where the package builder puts the exported document."""

_MAX_AGE_SECONDS = 300


@endpoint(connects_to=())
def get_status(_request: Request[Empty, Empty], shop: Shop) -> ServiceStatus:
    """Get the service's status.

    With its version, its currency and its clock.
    """
    return ServiceStatus(
        status="ok",
        service="tradewind",
        version=tradewind.__version__,
        stage=shop.settings.stage,
        currency=shop.settings.currency,
        time=shop.clock.now(),
    )


@endpoint(errors=(DocumentMissing,), connects_to=())
def get_openapi(_request: Request[Empty, Empty], _shop: Shop) -> Response:
    """Get the OpenAPI description of this API."""
    return Response(200, _document(OPENAPI_PATH), {"cache-control": f"public, max-age={_MAX_AGE_SECONDS}"})


@cache
def _document(path: str) -> bytes:
    """Raises DocumentMissing, which is not remembered."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - likewise
            return file.read()
    except FileNotFoundError as error:
        raise DocumentMissing("The description of the API is not part of this installation.") from error
