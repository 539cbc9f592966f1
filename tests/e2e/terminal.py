"""Somebody at a terminal: types `./dev` commands, and has a shop of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.browserless import Visitor, until

from tradewind_tools.localcloud.state import Running, StateFolder
from tradewind_tools.places import PROJECT

SECONDS_TO_START = 120


class Terminal:
    """Types commands; what runs is kept in a folder of this test's own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.state = StateFolder(folder)
        self.port = port

    def dev(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TRADEWIND_STATE": str(self.state.path), "PYTHONPATH": str(PROJECT / "src")}
        command = [sys.executable, "-m", "tradewind_tools.cli", *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SECONDS_TO_START, check=False
        )

    def up(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.dev("up", "--detach", "--port", str(self.port), *words)

    @property
    def running(self) -> Running:
        return self.state.find_running()

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.running.front_door_url)

    def admin(self) -> Visitor:
        login = self.state.admin_login()
        return self.visitor.sign_in(login.email, login.password)

    def kill(self) -> None:
        """End the whole local cloud as a crash would."""
        os.kill(self.running.pid, signal.SIGKILL)
        until(self.state.is_running, lambda runs: not runs)

    def close(self) -> None:
        """End whatever runs: nobody comes back to it."""
        if self.state.is_running():
            os.killpg(self.running.pid, signal.SIGKILL)

    def saved_at(self, snapshot: str = "state.zip") -> float:
        """When a snapshot was finished, in seconds since the epoch."""
        path = self.state.path / snapshot
        return path.stat().st_mtime if path.exists() else 0.0

    def wait_until_saved(self, customer: Visitor) -> None:
        """The first snapshot that ends from now on may have been begun before; the second holds everything."""
        for _ in range(2):
            moment = time.time()
            customer.put("/users/profile", {"firstName": "Ada", "lastName": "King"}).ok()
            until(self.saved_at, moment.__lt__)


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a person gets instead."""
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    return line
