"""What the start page says of the local cloud: its address and its functions, as `/pages/cloud.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradewind_tools.localcloud.web.pages import PREFIX
from tradewind_tools.localcloud.web.responses import fresh_json
from tradewind_tools.ministack.environment import REGION

PATH: Final = f"{PREFIX}/cloud.json"


class FunctionSummary(msgspec.Struct, frozen=True, rename="camel"):
    """A function as the page shows it; `handler` is the dotted name of its entry point."""

    name: str
    handler: str
    memory_mb: int
    timeout_seconds: int


class CloudSummary(msgspec.Struct, frozen=True, rename="camel"):
    """The local cloud as the page shows it."""

    endpoint_url: str
    region: str
    functions: list[FunctionSummary]


def routes(endpoint_url: str) -> list[Route]:
    """`endpoint_url` is where AWS's clients find the cloud."""

    async def describe_cloud(_request: Request) -> Response:
        return fresh_json(CloudSummary(endpoint_url, REGION, list_functions()))

    return [Route(PATH, describe_cloud)]


def list_functions() -> list[FunctionSummary]:
    """The functions of the cloud in this process, by name."""
    from ministack.services import lambda_svc  # noqa: PLC0415 - reads its settings from the environment when imported

    # A request would have to be signed where IAM is enforced, and answers page by page.
    records = list(lambda_svc._functions._data.values())  # noqa: SLF001
    return sorted((_function(record["config"]) for record in records), key=lambda function: function.name)


def _function(config: Mapping[str, Any]) -> FunctionSummary:
    return FunctionSummary(config["FunctionName"], config["Handler"], config["MemorySize"], config["Timeout"])
