"""What `./dev status` prints."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tradewind_tools.localcloud.alarms import list_ringing
from tradewind_tools.localcloud.processes import tree, warm_functions
from tradewind_tools.localcloud.state import Running

_KIB_PER_MIB = 1024


def print_status(running: Running) -> None:
    """Print the addresses, the uptime, the processes, the memory and the ringing alarms of a running local cloud."""
    for name, value in _lines(running):
        print(f"{name:<12} {value}")


def _lines(running: Running) -> Iterator[tuple[str, str]]:
    processes = tree(running.pid)
    warm = warm_functions(processes)
    yield "Running", f"for {duration(time.time() - running.started_at)}, process {running.pid}"
    yield "Front door", running.front_door_url
    yield "Cloud", running.endpoint_url
    yield "Processes", f"{len(processes)}, of them {warm.total()} workers of {len(warm)} warm functions"
    yield (
        "Memory",
        _memory(
            sum(process.resident_kib for process in processes), sum(process.proportional_kib for process in processes)
        ),
    )
    yield "Alarms", ", ".join(list_ringing(running.endpoint_url)) or "none"


def _memory(resident_kib: int, proportional_kib: int) -> str:
    return f"{proportional_kib // _KIB_PER_MIB} MiB (PSS), {resident_kib // _KIB_PER_MIB} MiB (RSS)"


def duration(seconds: float) -> str:
    """Say a duration in its two largest units: `5 s`, `3 min 20 s`, `2 h 5 min`, `1 d 3 h`."""
    whole = int(seconds)
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])
