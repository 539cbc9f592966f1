"""Kills the functions of one local cloud at their work."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tradewind_tools.localcloud.processes import Process, tree

_STARTED_SECONDS = 0.5
"""One that has only just begun is not at its work yet."""


class Killer:
    """Kills a worker that is at work every now and then, while the block runs; the seed decides when and which.

    `kills` counts them by function.
    """

    def __init__(self, server_pid: int, seed: int, every_seconds: float) -> None:
        self.kills: Counter[str] = Counter()
        self._server_pid = server_pid
        self._random = random.Random(seed)  # noqa: S311 - the point is that it can be repeated
        self._every_seconds = every_seconds
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        first_seen: dict[int, float] = {}
        while not self._enough.wait(self._random.expovariate(1 / self._every_seconds)):
            now = time.monotonic()
            workers = [process for process in tree(self._server_pid) if process.function]
            first_seen = {worker.pid: first_seen.get(worker.pid, now) for worker in workers}
            started = [worker for worker in workers if now - first_seen[worker.pid] > _STARTED_SECONDS]
            if at_work := list(filter(_is_at_work, started)):
                self._kill(self._random.choice(at_work))

    def _kill(self, worker: Process) -> None:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
            self.kills[(worker.function or "").removeprefix("tradewind-local-")] += 1


def _is_at_work(worker: Process) -> bool:
    """An idle worker waits for its next call at a pipe. Where the system does not tell, any may be at work."""
    try:
        return not Path(f"/proc/{worker.pid}/wchan").read_text().endswith("pipe_read")
    except OSError:
        return True
