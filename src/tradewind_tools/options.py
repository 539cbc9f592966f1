"""What options of several commands have in common."""

from __future__ import annotations

from pathlib import Path

import typer


def in_a_folder(path: Path | None) -> Path | None:
    """A file to write, refused before the work is done and not after it. Raises typer.BadParameter."""
    if path is not None and not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    return path
