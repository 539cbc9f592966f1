"""The server process seen from outside: start it, wait until it is ready, stop it and everything it started."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.errors import ServerFailed
from tradewind_tools.localcloud.sockets import port_of
from tradewind_tools.localcloud.state import PRIVATE, PRIVATE_FOLDER
from tradewind_tools.ministack.environment import LOOPBACK, USUAL_ACCOUNT, Account, server_environment
from tradewind_tools.ministack.snapshots import Snapshots
from tradewind_tools.places import SOURCE
from tradewind_tools.reload.notes import follow_notes

STOP_TIMEOUT_SECONDS = 20
NOTES_SECONDS = 0.3
LOG = "server.log"
LOG_BYTES = 2_000_000
LOG_TAIL_LINES = 15
PRIVATE_UMASK = 0o077
"""Nobody but their owner reads the server's files: some hold keys."""


class ServerProcess:
    """A running server process. Its standard input is held open: when this process ends, the server stops too."""

    def __init__(self, process: subprocess.Popen[bytes], cloud_port: int, front_door_port: int, log: Path) -> None:
        self._process = process
        self._log = log
        self.cloud_port = cloud_port
        self.front_door_port = front_door_port
        self.is_detached = False

    @classmethod
    def start(
        cls,
        folder: Path,
        cloud: socket.socket,
        front_door: socket.socket,
        *,
        persistent: bool,
        account: Account = USUAL_ACCOUNT,
        reload: bool = False,
        inherit: tuple[int, ...] = (),
    ) -> Self:
        """Start the server on two listening sockets, which then belong to it. Returns before it is ready.

        It keeps the file descriptors in `inherit` open as long as it lives. Raises `StateDamaged`.
        """
        log = folder / LOG
        environment = server_environment(port_of(cloud), folder, persistent=persistent, account=account)
        _prepare(folder, persistent=persistent)
        with cloud, front_door, open(log, "ab", opener=_open_private) as output:
            process = subprocess.Popen(  # noqa: S603 - our own module, by its name
                [*_command(folder, cloud, front_door), *(["--reload"] if reload else [])],
                env=environment | {"PYTHONPATH": str(SOURCE)},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(cloud.fileno(), front_door.fileno(), *inherit),
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
                umask=PRIVATE_UMASK,
            )
            return cls(process, port_of(cloud), port_of(front_door), log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def endpoint_url(self) -> str:
        return f"http://{LOOPBACK}:{self.cloud_port}"

    @property
    def front_door_url(self) -> str:
        return f"http://localhost:{self.front_door_port}"

    def wait_until_ready(self) -> None:
        """Return when the server answers. Raises `ServerFailed` with the end of its log when it cannot."""
        import httpx2  # noqa: PLC0415 - slow to load: meanwhile the server starts

        try:
            call("GET", f"http://{LOOPBACK}:{self.front_door_port}/healthz")
        except httpx2.TransportError as fault:
            raise ServerFailed(f"The local cloud did not start. Its log ends with:\n{self.log_tail()}") from fault

    def detach(self) -> None:
        """Let the server outlive this process."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        self._process.stdin.write(b"detach\n")
        self._process.stdin.close()
        self.is_detached = True

    def notes(self) -> Iterator[str]:
        """What it reloads, as it does so, until its end."""
        return follow_notes(self._log, self._has_ended)

    def _has_ended(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(NOTES_SECONDS)
        return self._process.returncode is not None

    def stop(self) -> None:
        """Stop the server in order, then make sure that nothing it started is left."""
        with suppress(subprocess.TimeoutExpired):
            self._process.terminate()
            self._process.wait(STOP_TIMEOUT_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the server and its workers at once, as a crash would."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def log_tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])


def _prepare(folder: Path, *, persistent: bool) -> None:
    shutil.rmtree(folder / "tmp", ignore_errors=True)  # workers' files that a crash left behind
    (folder / "tmp").mkdir(PRIVATE_FOLDER, parents=True)
    if persistent:
        Snapshots(folder).restore()
    _keep_tail(folder / LOG)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def _keep_tail(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.write_bytes(log.read_bytes()[-LOG_BYTES // 2 :])


def _command(folder: Path, cloud: socket.socket, front_door: socket.socket) -> list[str]:
    options = {"--folder": folder, "--cloud-fd": cloud.fileno(), "--front-door-fd": front_door.fileno()}
    module = "tradewind_tools.localcloud.server"
    return [sys.executable, "-m", module, *(str(part) for option in options.items() for part in option)]
