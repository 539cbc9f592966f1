"""The Python that Lambda runs, found on this machine: it compiles the bytecode and tries the packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewind_tools.packaging import compiling
from tradewind_tools.packaging.errors import NoInterpreter

VERSION: Final = "3.13"
RUNTIME: Final = f"python{VERSION}"
TAG: Final = "cpython-313"
_INSTALLED = (
    f".pyenv/versions/{VERSION}*/bin/python{VERSION}",
    f".local/share/uv/python/cpython-{VERSION}*/bin/python",
)
_ABOUT = "import platform, sys; print(sys.implementation.cache_tag, platform.python_version(), platform.machine())"
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python of Lambda's version: `version` with its patch, `machine` as `uname -m` says it."""

    executable: str
    version: str
    machine: str

    def compile_all(self, files: Mapping[str, bytes], *, is_bare: bool = False) -> dict[str, bytes]:
        """The bytecode of every module among `files`, by its name in the archive; bare, it has no docstrings."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            unpack({name: content for name, content in files.items() if name.endswith(".py")}, folder)
            self.run(compiling.__file__, scratch, *([compiling.BARE] if is_bare else []))
            return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.pyc")}

    def run(self, *arguments: str) -> str:
        """What the program prints, run apart from this environment. Raises subprocess.CalledProcessError."""
        command = [self.executable, "-I", *arguments]
        return subprocess.run(  # noqa: S603 - an interpreter that we found ourselves
            command, env={}, check=True, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        ).stdout


def find() -> Interpreter:
    """This Python, one on the PATH, or one that pyenv or uv has installed. Raises NoInterpreter."""
    found = next(filter(None, map(_identify, _candidates())), None)
    if found is None:
        raise NoInterpreter(VERSION)
    return found


def unpack(files: Mapping[str, bytes], folder: Path) -> None:
    """Write `files` below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _candidates() -> Iterator[str]:
    yield sys.executable
    on_path = shutil.which(RUNTIME)
    if on_path:
        yield on_path
    for pattern in _INSTALLED:
        yield from sorted(map(str, Path.home().glob(pattern)), reverse=True)


def _identify(executable: str) -> Interpreter | None:
    """What the interpreter says of itself; a shim of pyenv may stand for one that is not active, and fails."""
    try:
        tag, version, machine = Interpreter(executable, "", "").run("-c", _ABOUT).split()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Interpreter(executable, version, machine) if tag == TAG else None
