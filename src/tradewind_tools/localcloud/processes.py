"""The process tree of a running local cloud: how many processes, which functions are warm, how much memory."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_WORKER = re.compile(r"ministack-lambda-(?P<function>.+)-[^-/]+/_worker\.py")
_CPU_TIME = 2
"""The lowest bits of the clock of a process, as Linux makes it for clock_getcpuclockid(3)."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process; memory in KiB. `function` is the Lambda function it serves, if it is a worker."""

    pid: int
    parent: int
    resident_kib: int
    command: str

    @property
    def function(self) -> str | None:
        match = _WORKER.search(self.command)
        return match["function"] if match else None

    @property
    def proportional_kib(self) -> int:
        """Its share of the memory it really takes: pages used by several processes are divided among them."""
        try:
            lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            return self.resident_kib
        return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), self.resident_kib)


def cpu_ns(pid: int) -> int:
    """Nanoseconds that a process has had a CPU, up to now. Raises OSError when it is gone, or not on Linux."""
    return time.clock_gettime_ns(~pid << 3 | _CPU_TIME)


def tree(root: int) -> list[Process]:
    """The process with this id and all its descendants."""
    everything = {process.pid: process for process in _all()}
    return list(_descend(root, everything))


def warm_functions(processes: Iterable[Process]) -> Counter[str]:
    """Count the workers of each warm function."""
    return Counter(process.function for process in processes if process.function)


def _descend(pid: int, everything: dict[int, Process]) -> Iterator[Process]:
    if pid in everything:
        yield everything[pid]
    for process in everything.values():
        if process.parent == pid:
            yield from _descend(process.pid, everything)


def _all() -> Iterator[Process]:
    command = ["ps", "-A", "-o", "pid=,ppid=,rss=,args=", "-ww"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - a fixed command
    for line in output.splitlines():
        pid, parent, resident, *command_line = line.split(None, 3)  # a process may have no words left
        yield Process(int(pid), int(parent), int(resident), "".join(command_line))
