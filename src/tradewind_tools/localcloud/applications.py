"""The ASGI applications of both ports of the server process, put together around one MiniStack."""

from __future__ import annotations

import os

from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.localcloud.web.front_door import STAGE, front_door
from tradewind_tools.localcloud.web.guards import HOSTS_VARIABLE, BrowserGuard, HostGuard, parse_hosts
from tradewind_tools.ministack import enforcement
from tradewind_tools.ministack.enforcement import Decision, Decisions
from tradewind_tools.ministack.meter import MeterSwitch
from tradewind_tools.ministack.saver import Changes
from tradewind_tools.ministack.secrets_extension import SecretsExtension


class Applications:
    """`both` serves the front door at its port and the cloud at any other; `changes` sees what the cloud is asked."""

    def __init__(self, front_door_port: int, decisions: set[Decision] | None = None) -> None:
        """With `decisions`, which fill up, IAM is enforced."""
        from ministack.app import app as ministack  # noqa: PLC0415 - reads its settings from the environment

        self.changes = Changes(ministack)
        cloud = _add_meter(self.changes) if decisions is None else _add_enforcement(self.changes, decisions)
        hosts = parse_hosts(os.environ.get(HOSTS_VARIABLE, ""))
        door = front_door(ministack, os.environ["AWS_ENDPOINT_URL"], find_deployed_api, hosts)
        guarded = HostGuard(BrowserGuard(cloud), hosts, subdomains=True)
        self.both = choose_by_port(door, front_door_port, guarded)


def _add_meter(cloud: ASGIApp) -> ASGIApp:
    return MeterSwitch(SecretsExtension(cloud))


def _add_enforcement(cloud: ASGIApp, decisions: set[Decision]) -> ASGIApp:
    """Without the meter, which changes requests: their signatures would be wrong."""
    return Decisions(SecretsExtension(cloud, enforcement.holder_of), decisions)


def find_deployed_api() -> str | None:
    """The id of the REST API that has the shop's stage."""
    from ministack.services import apigateway_v1  # noqa: PLC0415 - reads its settings from the environment

    stages = apigateway_v1._stages_v1.all_items()  # noqa: SLF001 - the list of APIs costs a request
    return next((api_id for (_, _, api_id), by_name in stages if STAGE in by_name), None)


def choose_by_port(front_door: ASGIApp, front_door_port: int, cloud: ASGIApp) -> ASGIApp:
    """Tell the two addresses of the one server apart by the port a request came in at."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        is_at_front_door = scope["type"] != "lifespan" and scope["server"][1] == front_door_port
        await (front_door if is_at_front_door else cloud)(scope, receive, send)

    return choose
