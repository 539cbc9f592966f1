"""From wheels to a layer: what is loaded in Lambda, its bytecode, and the licences under which it is passed on."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from tradewind_tools.packaging.errors import NoLicence

ROOT: Final = "python"
"""The folder of a layer in which Lambda looks for modules."""

ALONE: Final = {"pydynox": "pydynox_core.", "cffi": "_cffi_backend."}
"""Of these only the compiled core is ever loaded: the one module whose file name begins so."""

_LICENCE = re.compile(r"(licen[cs]e|notice|copying|authors)", re.IGNORECASE)
_USELESS = (".pyi", ".pyx", ".c", ".h", "py.typed")
_TESTS = frozenset({"test", "tests", "testing"})


def contents(wheels: Iterable[Path]) -> dict[str, bytes]:
    """The files of the layer that come from `wheels`, by their names below `python/`. Raises NoLicence."""
    files: dict[str, bytes] = {}
    for wheel in wheels:
        kept = _read_kept(wheel)
        if not any(_is_licence(name) for name in kept):
            raise NoLicence(wheel.name)
        files |= kept
    return files


def place(files: dict[str, bytes]) -> dict[str, bytes]:
    """`files` where Lambda looks for them."""
    return {f"{ROOT}/{name}": content for name, content in files.items()}


def _read_kept(wheel: Path) -> dict[str, bytes]:
    project = wheel.name.partition("-")[0].lower()
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and _is_kept(project, name)]
        return {name: archive.read(name) for name in names}


def _is_kept(project: str, name: str) -> bool:
    path = PurePosixPath(name)
    if path.parts[0].endswith((".dist-info", ".data")):
        return _is_licence(name)
    if project in ALONE:
        return path.name.startswith(ALONE[project]) and path.suffix == ".so"
    return not path.name.endswith(_USELESS) and _TESTS.isdisjoint(path.parts)


def _is_licence(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0].endswith(".dist-info") and bool(_LICENCE.match(path.name))
