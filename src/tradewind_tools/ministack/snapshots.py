"""Snapshots of the local cloud's state, so that a crash costs seconds: whole or not at all, the previous one kept.

A snapshot is an archive with one JSON file for each service. It is written by a forked child, which sees the state as
it was at that moment while the parent goes on working.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tradewind_tools.ministack.errors import StateDamaged

SERVICES = "services"


class Snapshots:
    """The snapshots of one state folder: the current one and the one before."""

    def __init__(self, folder: Path) -> None:
        self._current = folder / "state.zip"
        self._previous = folder / "state.previous.zip"
        self._temporary = folder / "state.tmp"
        self._services = folder / SERVICES

    def write(self, entries: Iterable[tuple[str, bytes]]) -> None:
        """Write a snapshot of named contents and make it the current one."""
        with self._temporary.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for name, content in entries:
                    archive.writestr(name, content)
            file.flush()
        with suppress(FileNotFoundError):
            self._current.replace(self._previous)
        self._temporary.replace(self._current)

    def restore(self) -> None:
        """Lay out the newest whole snapshot where the services look for it; nothing when there is none.

        Raises `StateDamaged` when there are snapshots and none of them is whole.
        """
        self._clear_services()
        found = [path for path in (self._current, self._previous) if path.exists()]
        whole = next(filter(_is_whole, found), None)
        if whole is not None:
            with zipfile.ZipFile(whole) as archive:
                archive.extractall(self._services)
            for file in _json_files(self._services):
                file.chmod(0o600)  # they hold keys
        elif found:
            raise StateDamaged(self._current)

    def _clear_services(self) -> None:
        self._services.mkdir(0o700, parents=True, exist_ok=True)
        for file in _json_files(self._services):
            file.unlink()


def _json_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix == ".json")


def _is_whole(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, OSError, EOFError):
        return False
