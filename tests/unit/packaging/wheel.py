"""Wheels for tests, made of texts."""

from __future__ import annotations

import zipfile
from pathlib import Path


def wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return path
