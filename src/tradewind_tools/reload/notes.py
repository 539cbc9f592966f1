"""What the server says of a reload, in its log, and how `./dev up` hears it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

MARK: Final = "reload: "


def write_note(text: str) -> None:
    """Say it in the server's log, which its standard output is."""
    print(f"{MARK}{text}", flush=True)


def follow_notes(log: Path, wait: Callable[[], bool]) -> Iterator[str]:
    """The notes that are written from now on, until `wait`, which takes a moment, says that there will be no more."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(0, 2)
        while not wait():
            for line in lines:
                if line.startswith(MARK):
                    yield f"{time.strftime('%H:%M:%S')} {line.removeprefix(MARK).rstrip()}"
