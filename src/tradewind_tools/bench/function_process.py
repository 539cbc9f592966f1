"""One process as Lambda starts it: the real runtime client, a function's code, and what both cost. Linux only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from tradewind_tools.bench.errors import FunctionFailed
from tradewind_tools.bench.runtime_api import RuntimeApi
from tradewind_tools.localcloud.processes import cpu_ns

_PROC = Path("/proc")
_NANOSECONDS = 1_000_000_000
_RESIDENT = re.compile(r"^Rss:\s+(\d+) kB", re.MULTILINE)
_SHOWN_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a function: `code` is its unpacked package, `libraries` are folders of what it imports besides."""

    handler: str
    code: Path
    libraries: tuple[Path, ...]
    environment: Mapping[str, str]
    python: str = sys.executable

    @property
    def command(self) -> Sequence[str]:
        return (self.python, "-s", "-m", "awslambdaric", self.handler)

    def variables(self, api: str) -> dict[str, str]:
        """What Lambda sets: the code comes first, then the layer and the runtime's own libraries."""
        return {
            **self.environment,
            "AWS_LAMBDA_RUNTIME_API": api,
            "_HANDLER": self.handler,
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "LAMBDA_TASK_ROOT": str(self.code),
            "PYTHONPATH": ":".join(map(str, (self.code, *self.libraries))),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


class FunctionProcess:
    """A started function, as a context manager; ready once it asks for its first event. Raises FunctionFailed.

    With `cpu` it runs on that one alone.
    """

    def __init__(self, launch: Launch, *, cpu: int | None = None) -> None:
        self._launch = launch
        self._cpu = cpu
        self._api = RuntimeApi()
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._process: subprocess.Popen[bytes] | None = None
        self.start_seconds = 0.0

    def __enter__(self) -> Self:
        self._api.__enter__()
        begin = time.perf_counter()
        variables = self._launch.variables(self._api.address)
        self._process = subprocess.Popen(  # noqa: S603 - our own functions
            self._launch.command, cwd=self._launch.code, env=variables, stdout=self._log, stderr=self._log
        )
        if self._cpu is not None:
            os.sched_setaffinity(self._process.pid, {self._cpu})
        try:
            self._api.wait_until_asked()
        except FunctionFailed as failed:
            shown = self.log()[-_SHOWN_BYTES:]
            self.stop()
            raise FunctionFailed(f"{failed}\n{shown}") from failed
        self.start_seconds = time.perf_counter() - begin
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def invoke(self, event: object) -> Any:  # noqa: ANN401 - JSON
        """What the function answers. Raises FunctionFailed."""
        return self._api.invoke(event)

    def log(self) -> str:
        """All that the process has written so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    @property
    def cpu_seconds(self) -> float:
        """What its threads have computed, to the nanosecond: our neighbours on the machine do not count."""
        return cpu_ns(self._pid) / _NANOSECONDS

    @property
    def resident_bytes(self) -> int:
        found = _RESIDENT.search((_PROC / str(self._pid) / "smaps_rollup").read_text())
        return int(found[1]) * 1024 if found else 0

    @property
    def _pid(self) -> int:
        if self._process is None:
            raise FunctionFailed("it is not running")
        return self._process.pid

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._log.close()
            self._api.__exit__()
