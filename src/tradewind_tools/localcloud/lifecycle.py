"""Bring the local cloud up and down: `./dev up` and `./dev down`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Protocol

from tradewind_tools.localcloud.deploy import StackChange
from tradewind_tools.localcloud.errors import AlreadyRunning, LocalCloudError, ServerFailed
from tradewind_tools.localcloud.narrator import Narrator
from tradewind_tools.localcloud.process import ServerProcess
from tradewind_tools.localcloud.sockets import DEFAULT_PORT, listen, listen_preferring
from tradewind_tools.localcloud.state import AdminLogin, StateFolder

DOWN_TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.05


class DeployableShop(Protocol):
    """What is deployed into the local cloud, and how it gets its first contents."""

    reloads: bool
    """Whether the functions run the source tree's code as soon as it is saved."""

    def deploy(self, endpoint_url: str, front_door_url: str) -> StackChange:
        """Deploy the functions, or update them. Raises `StackFailed`."""

    def load(self, front_door_url: str, endpoint_url: str, admin: AdminLogin) -> None:
        """Load what a new shop shows. Raises `SeedFailed`."""

    def resume(self, endpoint_url: str) -> None:
        """Set going again what stood still when the local cloud stopped."""


def up(folder: StateFolder, shop: DeployableShop, *, port: int | None, fresh: bool, detach: bool) -> None:
    """Start the local cloud and stay until Ctrl-C, or return when it is ready with `detach`.

    One that runs already is updated and goes on, unless it is to start `fresh` or at another port.
    Raises `Refusal`; whatever happens, nothing it started is left behind.
    """
    narrator = Narrator()
    try:
        _start_and_stay(folder, shop, narrator, port=port or DEFAULT_PORT, fresh=fresh, detach=detach)
    except AlreadyRunning:
        if fresh or port not in {None, folder.find_running().front_door_port}:
            raise
        _update(folder, shop, narrator)


def _update(folder: StateFolder, shop: DeployableShop, narrator: Narrator) -> None:
    with narrator.step("Deploying the shop"), folder.hold_deployment_lock():
        running = folder.find_running()
        change = shop.deploy(running.endpoint_url, running.front_door_url)
    narrator.report_update(running, change)


def _start_and_stay(
    folder: StateFolder, shop: DeployableShop, narrator: Narrator, *, port: int, fresh: bool, detach: bool
) -> None:
    server = None
    with ExitStack() as deployment:
        deployment.enter_context(folder.hold_deployment_lock())  # first: a folder found locked has a shop that is ready
        with folder.hold_lock() as lock, _interrupt_on_signals():
            if fresh:
                folder.clear()
            try:
                server = _start(folder, port, lock, reload=shop.reloads)
                change = _make_ready(folder, server, shop, narrator)
                deployment.close()
                if detach:
                    server.detach()
                ending = "./dev down stops it" if detach else "Ctrl-C stops it"
                narrator.report_ready(server, folder, change, ending=ending)
                if not detach:
                    _stay(server, narrator)
            except KeyboardInterrupt:
                narrator.report_stop()
            finally:
                if server and not server.is_detached:
                    _stop(server)


def down(folder: StateFolder) -> None:
    """Stop the running local cloud and wait for its end. Raises `NotRunning`."""
    running = folder.find_running()
    os.kill(running.pid, signal.SIGTERM)
    if not _wait_until_stopped(folder, DOWN_TIMEOUT_SECONDS):
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    if not _wait_until_stopped(folder, DOWN_TIMEOUT_SECONDS):
        raise LocalCloudError(f"Process {running.pid} does not stop. End it by hand: kill -9 {running.pid}")


def _start(folder: StateFolder, port: int, lock: int, *, reload: bool) -> ServerProcess:
    front_door, cloud = listen(port), listen_preferring(folder.last_cloud_port())
    server = ServerProcess.start(folder.path, cloud, front_door, persistent=True, reload=reload, inherit=(lock,))
    folder.record(server.pid, server.cloud_port, server.front_door_port)
    return server


def _make_ready(folder: StateFolder, server: ServerProcess, shop: DeployableShop, narrator: Narrator) -> StackChange:
    with narrator.step("Starting the local cloud"):
        server.wait_until_ready()
    with narrator.step("Deploying the shop"):
        change = shop.deploy(server.endpoint_url, server.front_door_url)
    with narrator.step("Loading the demo shop"):
        shop.load(server.front_door_url, server.endpoint_url, folder.admin_login())
    if change is not StackChange.CREATED:
        with narrator.step("Resuming open orders"):
            shop.resume(server.endpoint_url)
    return change


def _stay(server: ServerProcess, narrator: Narrator) -> None:
    for note in server.notes():
        narrator.note(note)
    raise ServerFailed(f"The local cloud ended by itself. Its log ends with:\n{server.log_tail()}")


def _stop(server: ServerProcess) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C does not leave it half stopped
    server.stop()


def _wait_until_stopped(folder: StateFolder, timeout_seconds: float) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while folder.is_running():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


@contextmanager
def _interrupt_on_signals() -> Iterator[None]:
    """Let a termination signal, or a closed terminal, stop things as Ctrl-C does."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup wants it to stay
        numbers.append(signal.SIGHUP)
    previous = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
