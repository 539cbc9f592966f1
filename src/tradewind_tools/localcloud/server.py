"""The server process: MiniStack and the front door in one event loop, on two inherited sockets.

Standard input is its lifeline: the process stops when it closes. The line `detach` makes it outlive its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from tradewind_tools.localcloud import about, adjustments
from tradewind_tools.localcloud.about import About
from tradewind_tools.localcloud.front_door import STAGE, ApiStage, ASGIApp, FrontDoor, Mount, by_port, healthz
from tradewind_tools.localcloud.mail import MailPages
from tradewind_tools.localcloud.meter import MeterSwitch
from tradewind_tools.localcloud.pages import Pages
from tradewind_tools.localcloud.secrets_extension import SecretsExtension
from tradewind_tools.localcloud.sockets import port_of

KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 0.5


def main() -> None:
    arguments = _arguments()
    os.environ.pop("PYTHONPATH", None)  # a function finds its own code in its package, never in our source tree
    _raise_open_files_limit()
    asyncio.run(_run(arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tradewind-localcloud", description="The local cloud's server process.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--cloud-fd", type=int, required=True)
    parser.add_argument("--front-door-fd", type=int, required=True)
    return parser.parse_args()


def _raise_open_files_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _run(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    _stop_when_orphaned(stop)
    adjustments.apply()
    front_door_port = _port_of_fd(arguments.front_door_fd)
    try:
        await serve(application(front_door_port), _config(arguments), shutdown_trigger=stop.wait)
    finally:
        adjustments.stop_workers()


def application(front_door_port: int) -> ASGIApp:
    """Put the ASGI applications of both ports together."""
    from ministack.app import app as ministack  # noqa: PLC0415 - reads its settings from the environment when imported

    cloud = MeterSwitch(SecretsExtension(ministack))
    mounts = [
        Mount("/", Pages()),
        Mount(about.PATH, About(ministack, os.environ["AWS_ENDPOINT_URL"])),
        Mount("/mail", MailPages()),
        Mount(f"/{STAGE}", ApiStage(ministack, _deployed_api)),
        Mount("/healthz", healthz),
    ]
    return by_port(FrontDoor(mounts), front_door_port, cloud)


def _deployed_api() -> str | None:
    from ministack.services import apigateway_v1  # noqa: PLC0415 - the same

    stages = apigateway_v1._stages_v1.all_items()  # noqa: SLF001 - the list of APIs costs a request
    return next((api_id for (_, _, api_id), by_name in stages if STAGE in by_name), None)


def _config(arguments: argparse.Namespace) -> Config:
    config = Config()
    config.bind = [f"fd://{arguments.cloud_fd}", f"fd://{arguments.front_door_fd}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.graceful_timeout = GRACE_SECONDS
    config.include_server_header = False
    config.loglevel = "WARNING"
    return config


def _port_of_fd(fd: int) -> int:
    with socket.socket(fileno=os.dup(fd)) as sock:
        return port_of(sock)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


def _stop_when_orphaned(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def on_input() -> None:
        word = os.read(sys.stdin.fileno(), 64)
        if word.strip() == b"detach" or not word:
            loop.remove_reader(sys.stdin.fileno())
        if not word:
            stop.set()

    with contextlib.suppress(PermissionError):  # a regular file, or /dev/null, never closes
        loop.add_reader(sys.stdin.fileno(), on_input)


if __name__ == "__main__":
    main()
