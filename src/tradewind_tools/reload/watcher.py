"""The job of the server that looks for saved files, says so, and has a changed template deployed."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from tradewind_tools.places import SOURCE
from tradewind_tools.reload.notes import write_note
from tradewind_tools.reload.source_tree import list_changes, read_stamps

LOOK_SECONDS: Final = 1.0
_PLACE = re.compile(r'File "(?P<path>[^"]+)", line (?P<line>\d+)')
SHOWN: Final = 3
WATCHED: Final = (
    SOURCE / "tradewind",
    SOURCE / "tradewind_tools" / "blueprint",
    SOURCE / "tradewind_tools" / "exports",
)
"""What the functions and the template are made of."""


async def watch(
    redeploy: Callable[[], Awaitable[Sequence[str]]],
    folders: Sequence[Path] = WATCHED,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Look for ever; after each change, redeploy and write down what that says."""
    before = read_stamps(folders)
    while True:
        await asyncio.sleep(look_seconds)
        after = read_stamps(folders)
        if changed := list_changes(before, after):
            write_note(f"saved {_summary(changed)}")
            for line in await redeploy():
                write_note(line)
        before = after


def redeployment(folder: Path, endpoint_url: str, front_door_url: str) -> Callable[[], Awaitable[Sequence[str]]]:
    """Deploy what changed, in a process of its own: this one has the modules as they were."""

    async def redeploy() -> Sequence[str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tradewind_tools.localcloud.redeploy", str(folder), endpoint_url, front_door_url),
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        if process.returncode:
            return [f"not deployed: {last_error(errors.decode(errors='replace'))}"]
        return output.decode(errors="replace").splitlines()

    return redeploy


def last_error(output: str) -> str:
    """What a traceback, or a line in its place, says at its end; and where that was raised."""
    lines = output.strip().splitlines() or ["the process ended without a word"]
    places = _PLACE.findall(output)
    return f"{_short(Path(places[-1][0]))}:{places[-1][1]}: {lines[-1]}" if places else lines[-1]


def _short(path: Path) -> str:
    return str(path.relative_to(SOURCE)) if path.is_relative_to(SOURCE) else str(path)


def _summary(changed: Sequence[Path]) -> str:
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    return ", ".join(map(_short, changed[:SHOWN])) + more
