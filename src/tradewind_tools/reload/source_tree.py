"""The state of source files on disk, by their modification times: reading it takes half a millisecond."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

LOOK_SECONDS: Final = 0.1
"""A request that comes sooner after the last look is served without another."""

Stamps: TypeAlias = Mapping[Path, tuple[int, int]]
"""When each file was modified, in ns, and its size in bytes."""


def read_stamps(folders: Iterable[Path]) -> Stamps:
    """The stamps of every file below the folders; without what editors and interpreters leave there."""
    return {Path(entry.path): _stamp(entry) for folder in folders for entry in _files(folder)}


def list_changes(before: Stamps, after: Stamps) -> list[Path]:
    """The files that are new, gone or different."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


class SourceVersion:
    """A number that grows whenever a file below a folder has changed. For many threads."""

    def __init__(self, folder: Path, look_seconds: float = LOOK_SECONDS) -> None:
        self._folder = folder
        self._look_seconds = look_seconds
        self._lock = threading.Lock()
        self._stamps = read_stamps([folder])
        self._looked_at = time.monotonic()
        self._number = 0

    def current(self) -> int:
        with self._lock:
            if time.monotonic() - self._looked_at >= self._look_seconds:
                self._look()
            return self._number

    def _look(self) -> None:
        stamps = read_stamps([self._folder])
        self._number += stamps != self._stamps
        self._stamps = stamps
        self._looked_at = time.monotonic()


def _files(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "__pycache__")) or entry.name.endswith("~"):
                continue
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                yield entry


def _stamp(entry: os.DirEntry[str]) -> tuple[int, int]:
    try:
        status = entry.stat()
    except FileNotFoundError:  # an editor replaces it at this moment
        return 0, 0
    return status.st_mtime_ns, status.st_size
