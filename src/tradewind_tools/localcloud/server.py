"""The server process: MiniStack and the front door in one event loop, on two inherited sockets.

Standard input is its lifeline: the process stops when it closes. The line `detach` makes it outlive its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from tradewind_tools.localcloud import about, housekeeping
from tradewind_tools.localcloud.about import About
from tradewind_tools.localcloud.front_door import STAGE, ApiStage, FrontDoor, Mount, after_startup, by_port, healthz
from tradewind_tools.localcloud.mail import MailPages
from tradewind_tools.localcloud.pages import Pages
from tradewind_tools.localcloud.secrets_extension import SecretsExtension
from tradewind_tools.localcloud.sockets import port_of
from tradewind_tools.ministack import adjustments, control_plane, enforcement
from tradewind_tools.ministack.adjustments import executions, workers
from tradewind_tools.ministack.asgi import ASGIApp, Scope
from tradewind_tools.ministack.enforcement import Decision, Decisions
from tradewind_tools.ministack.meter import MeterSwitch
from tradewind_tools.ministack.saver import Changes, Saver
from tradewind_tools.ministack.signing import signed
from tradewind_tools.ministack.snapshots import Snapshots

KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 0.5
FINISH_SECONDS = 5
POLL_SECONDS = 0.05


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
    control_plane.apply()
    decisions = enforcement.apply() if enforcement.is_on() else None
    server = Server(_port_of_fd(arguments.front_door_fd), decisions)
    saver = Saver(Snapshots(arguments.folder), server.changes) if _persistence_is_on() else None
    async with _in_background(housekeeping.run(), *([saver.run()] if saver else [])):
        await serve(server.app, _config(arguments), shutdown_trigger=lambda: _until_stopped(stop))
    workers.stop_workers()
    if saver:
        await saver.save()


async def _until_stopped(stop: asyncio.Event) -> None:
    """Wait for the word to stop, then a little for the work that is under way."""
    await stop.wait()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FINISH_SECONDS):
            while housekeeping.pending_work():  # noqa: ASYNC110 - MiniStack's threads tell nobody
                await asyncio.sleep(POLL_SECONDS)


@contextlib.asynccontextmanager
async def _in_background(*jobs: Coroutine[None, None, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_told(job)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _told(job: Coroutine[None, None, None]) -> None:
    try:
        await job
    except Exception:
        logging.getLogger(__name__).exception("A background job of the local cloud ended")
        raise


def _persistence_is_on() -> bool:
    return os.environ.get("PERSIST_STATE") == "1"


class Server:
    """The ASGI applications of both ports, put together around one MiniStack."""

    def __init__(self, front_door_port: int, decisions: set[Decision] | None = None) -> None:
        from ministack.app import app as ministack  # noqa: PLC0415 - reads its settings from the environment

        self.changes = Changes(ministack)
        cloud = _enforcing(self.changes, decisions) if decisions is not None else _metered(self.changes)
        app = by_port(FrontDoor(_mounts(ministack)), front_door_port, cloud)
        self.app = after_startup(app, executions.run_interrupted_executions)


def _metered(cloud: ASGIApp) -> ASGIApp:
    return MeterSwitch(SecretsExtension(cloud))


def _enforcing(cloud: ASGIApp, decisions: set[Decision]) -> ASGIApp:
    """Without the meter, which changes requests: their signatures would be wrong."""
    return Decisions(SecretsExtension(cloud, enforcement.holder_of), decisions)


def _mounts(ministack: ASGIApp) -> list[Mount]:
    return [
        Mount("/", Pages()),
        Mount(about.PATH, _about(ministack)),
        Mount("/mail", MailPages()),
        Mount("/healthz", healthz),
        Mount(f"/{STAGE}", ApiStage(ministack, _deployed_api)),
    ]


def _about(ministack: ASGIApp) -> About:
    sign = partial(signed, body=b"", service="lambda") if enforcement.is_on() else _as_it_is
    return About(ministack, os.environ["AWS_ENDPOINT_URL"], sign)


def _as_it_is(scope: Scope) -> Scope:
    return scope


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
