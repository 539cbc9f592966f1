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
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from tradewind_tools.localcloud.applications import Applications
from tradewind_tools.localcloud.sockets import BACKLOG, port_of
from tradewind_tools.ministack import adjustments, control_plane, enforcement, housekeeping
from tradewind_tools.ministack.adjustments import workers
from tradewind_tools.ministack.saver import Saver
from tradewind_tools.ministack.snapshots import Snapshots
from tradewind_tools.places import SOURCE
from tradewind_tools.reload import workers as reload_workers
from tradewind_tools.reload.overlay import Overlay
from tradewind_tools.reload.watcher import redeployment, watch

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
    parser.add_argument("--reload", action="store_true", help="run saved code at the next request")
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
    applications = Applications(_port_of_fd(arguments.front_door_fd), decisions)
    saver = Saver(Snapshots(arguments.folder), applications.changes) if _persistence_is_on() else None
    async with _in_background(*_jobs(arguments, saver)):
        await serve(applications.both, _config(arguments), shutdown_trigger=lambda: _until_stopped(stop))
    workers.stop_workers()
    if saver:
        await saver.save()


def _jobs(arguments: argparse.Namespace, saver: Saver | None) -> Iterator[Coroutine[None, None, None]]:
    yield housekeeping.run()
    if saver:
        yield saver.run()
    if arguments.reload:
        reload_workers.apply(Overlay(SOURCE))
        front_door_url = f"http://localhost:{_port_of_fd(arguments.front_door_fd)}"
        yield watch(redeployment(arguments.folder, os.environ["AWS_ENDPOINT_URL"], front_door_url))


async def _until_stopped(stop: asyncio.Event) -> None:
    """Wait for the word to stop, then a little for the work that is under way."""
    await stop.wait()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FINISH_SECONDS):
            while housekeeping.has_pending_work():  # noqa: ASYNC110 - MiniStack's threads announce nothing
                await asyncio.sleep(POLL_SECONDS)


@contextlib.asynccontextmanager
async def _in_background(*jobs: Coroutine[None, None, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_log_failure(job)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _log_failure(job: Coroutine[None, None, None]) -> None:
    try:
        await job
    except Exception:
        logging.getLogger(__name__).exception("A background job of the local cloud ended")
        raise


def _persistence_is_on() -> bool:
    return os.environ.get("PERSIST_STATE") == "1"


def _config(arguments: argparse.Namespace) -> Config:
    config = Config()
    config.bind = [f"fd://{arguments.cloud_fd}", f"fd://{arguments.front_door_fd}"]
    config.backlog = BACKLOG
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
