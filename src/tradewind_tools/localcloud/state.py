"""The state folder: what a local cloud keeps between its runs, and the lock that makes it one at a time."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tradewind_tools.localcloud.errors import AlreadyRunning, NotRunning, StateUnreadable, StateUnwritable
from tradewind_tools.places import PROJECT

FOLDER_VARIABLE = "TRADEWIND_STATE"
PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
ADMIN_EMAIL = "admin@tradewind.example"


@dataclass(frozen=True, slots=True)
class Running:
    """Where a running local cloud is found; `started_at` in seconds since the epoch."""

    pid: int
    cloud_port: int
    front_door_port: int
    started_at: float

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.cloud_port}"

    @property
    def front_door_url(self) -> str:
        return f"http://localhost:{self.front_door_port}"


@dataclass(frozen=True, slots=True)
class AdminLogin:
    """The administrator's email address and password; `is_new` when the shop does not know them yet."""

    email: str
    password: str
    is_new: bool = False


class StateFolder:
    """A folder with the server's state, its log, the administrator's login and the record of the running server."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = path / "lock"
        self._deploying = path / "deploying.lock"
        self._record = path / "server.json"
        self._login = path / "admin.json"

    @classmethod
    def of_project(cls) -> StateFolder:
        """`.tradewind` in the project, or what `TRADEWIND_STATE` names."""
        return cls(Path(os.environ.get(FOLDER_VARIABLE) or PROJECT / ".tradewind").resolve())

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @contextmanager
    def hold_lock(self) -> Iterator[int]:
        """Hold the folder's lock and give its file descriptor; who inherits that, holds the lock too.

        The folder holds keys: it is closed to everybody but its owner, unless it has other things in it.
        Raises `AlreadyRunning`, saying where, or `StateUnwritable`.
        """
        is_ours = self._is_ours()
        descriptor = self._open_lock(self._lock)
        try:
            if not _try_lock(descriptor):
                raise AlreadyRunning(self._whereabouts())
            if is_ours:
                self._close_to_others()
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def hold_deployment_lock(self) -> Iterator[None]:
        """Deploy alone: wait until nobody else does. Raises `StateUnwritable`."""
        descriptor = self._open_lock(self._deploying)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _open_lock(self, lock: Path) -> int:
        try:
            self.path.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            return os.open(lock, os.O_RDWR | os.O_CREAT, PRIVATE)
        except OSError as fault:
            raise StateUnwritable(self.path, fault.strerror or str(fault)) from fault

    def _is_ours(self) -> bool:
        """Whether it will hold nothing but what a local cloud keeps."""
        return not self.path.is_dir() or self._lock.exists() or not {*self.path.iterdir()} - {self._deploying}

    def _close_to_others(self) -> None:
        try:
            close_to_others(self.path)
        except OSError as fault:
            raise StateUnwritable(self.path, fault.strerror or str(fault)) from fault

    def is_running(self) -> bool:
        if not self._lock.exists():
            return False
        descriptor = os.open(self._lock, os.O_RDWR)
        try:
            return not _try_lock(descriptor)
        finally:
            os.close(descriptor)

    def find_running(self) -> Running:
        """Find the running server. Raises `NotRunning`; `StateUnreadable` when its record is damaged."""
        if not self.is_running():
            raise NotRunning
        record = self._read_record()
        if record is None:
            raise StateUnreadable(self._record)
        return record

    def last_cloud_port(self) -> int | None:
        record = self._read_record()
        return record.cloud_port if record else None

    def record(self, pid: int, cloud_port: int, front_door_port: int) -> None:
        running = Running(pid, cloud_port, front_door_port, time.time())
        _write_private(self._record, asdict(running))

    def admin_login(self) -> AdminLogin:
        """Return the administrator's login; its password is made once for each state folder."""
        with suppress(OSError, ValueError, TypeError):
            return AdminLogin(**json.loads(self._login.read_text()))
        password = secrets.token_urlsafe(12)
        _write_private(self._login, {"email": ADMIN_EMAIL, "password": password})
        return AdminLogin(ADMIN_EMAIL, password, is_new=True)

    def clear(self) -> None:
        """Forget everything but the locks: others may hold one, or wait for it."""
        for entry in self.path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry not in {self._lock, self._deploying}:
                entry.unlink()

    def _read_record(self) -> Running | None:
        try:
            return Running(**json.loads(self._record.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _whereabouts(self) -> str:
        record = self._read_record()
        return record.front_door_url if record else str(self.path)


def close_to_others(folder: Path) -> None:
    """Let nobody but its owner into a folder, its folders and its files; links are left alone."""
    folder.chmod(PRIVATE_FOLDER)
    for entry in folder.rglob("*"):
        with suppress(FileNotFoundError):  # what a crash left at work still tidies up
            if not entry.is_symlink():
                entry.chmod(entry.stat().st_mode & PRIVATE_FOLDER)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_private(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.touch(PRIVATE)
    temporary.write_text(json.dumps(content))
    temporary.replace(path)
