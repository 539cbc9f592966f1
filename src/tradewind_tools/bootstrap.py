"""Keep a virtual environment for this Python, then run the command line in it. Only the standard library here.

The environment's stamp is written as the very last step: one without a stamp is half made, and is made again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import IO, NoReturn

from tradewind_tools import commands
from tradewind_tools.errors import Refusal
from tradewind_tools.places import PROJECT, SOURCE

REQUIREMENTS = PROJECT / "requirements"
WHERE_PACKAGES_COME_FROM = "They come from PyPI, once; pip's own settings name another index or a proxy."
TESTING_COMMANDS = (("test",), ("lint",), ("new",), ("deploy", "local"), ("export", "countries"))
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}{sys.abiflags}"
ABI = EXTENSION_SUFFIXES[0]
"""Which interpreters can share an environment: `.cpython-311-x86_64-linux-gnu.so` are all that load such modules."""

_MISUSED = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> NoReturn:
    """Make or complete the environment when needed, and become `tradewind_tools.cli` in it; help needs none."""
    environment = Environment(PROJECT / ".venv" / f"py{VERSION}", layer_for(arguments))
    try:
        said = commands.answer(arguments) or _help_without(environment, arguments)
        if said is not None:
            print(said)
            sys.exit()
        environment.ensure()
    except commands.UnknownCommand as reason:
        _say(f"dev: {reason}")
        sys.exit(_MISUSED)
    except Refusal as reason:
        sys.exit(f"dev: {reason}")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    environment.run_command_line(arguments)


def layer_for(arguments: Sequence[str]) -> str:
    """The layer of requirements that a command needs."""
    return "test" if any(tuple(arguments[: len(words)]) == words for words in TESTING_COMMANDS) else "tools"


def _help_without(environment: Environment, arguments: Sequence[str]) -> str | None:
    """A command's help as the reference tells it, where there is no environment to ask the command itself."""
    if set(commands.HELP).isdisjoint(arguments) or environment.is_complete():
        return None
    return commands.reference_of(arguments)


class Environment:
    """A virtual environment with one layer of requirements: `tools`, or `test`, which contains it."""

    def __init__(self, folder: Path, layer: str) -> None:
        self._folder = folder
        self._layer = layer
        self._python = folder / "bin" / "python"
        self._stamp = folder / "tradewind-stamp"

    def ensure(self) -> None:
        """Make the environment unless it is complete; one process at a time. Raises `Refusal`."""
        if self.is_complete():
            return
        with _locked(self._folder.with_suffix(f"{self._folder.suffix}.lock")):
            if not self.is_complete():
                self._make()

    def is_complete(self) -> bool:
        try:
            stamp = self._stamp.read_text()
        except OSError:
            return False
        return stamp in {self._fingerprint(layer) for layer in (self._layer, "test")} and self._works()

    def run_command_line(self, arguments: Sequence[str]) -> NoReturn:
        """Replace this process by the command line."""
        os.environ["PYTHONPATH"] = str(SOURCE)
        python = str(self._python)
        os.execv(python, [python, "-m", "tradewind_tools.cli", *arguments])  # noqa: S606 - our own environment

    def _make(self) -> None:
        begin = time.monotonic()
        if self._stamp.exists() and self._works() and self._has_pip():
            self._stamp.unlink()
        else:
            self._make_empty()
        self._install()
        self._stamp.write_text(self._fingerprint(self._layer))
        _say(f"The Python environment is ready ({time.monotonic() - begin:.0f} s, once).")

    def _make_empty(self) -> None:
        try:
            import ensurepip  # noqa: F401, PLC0415 - Debian packs it apart
        except ImportError:
            raise Refusal(f"This Python cannot make environments. Do: sudo apt install python{VERSION}-venv") from None
        shutil.rmtree(self._folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(self._folder)], "Making a Python environment")

    def _install(self) -> None:
        try:
            _run(self._installation(), f"Installing requirements/{self._layer}.txt")
        except Refusal as reason:
            raise Refusal(f"{reason}\n{WHERE_PACKAGES_COME_FROM}") from None

    def _works(self) -> bool:
        """Whether its interpreter runs, and loads what was installed: the one it was made from may be gone."""
        return self._prints(ABI, "-IS", "-c", "from importlib import machinery; print(machinery.EXTENSION_SUFFIXES[0])")

    def _has_pip(self) -> bool:
        return self._prints("pip", "-c", "import pip; print(pip.__name__)")

    def _prints(self, text: str, *arguments: str) -> bool:
        command = [str(self._python), *arguments]
        try:
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
        except (OSError, subprocess.CalledProcessError):
            return False
        return output.strip() == text

    def _installation(self) -> list[str]:
        pip = [str(self._python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        return [*pip, "--require-hashes", "--no-warn-script-location", "-r", str(REQUIREMENTS / f"{self._layer}.txt")]

    def _fingerprint(self, layer: str) -> str:
        """Identify the kind of interpreter, the place (an environment cannot be moved) and the requirements."""
        digest = hashlib.sha256(f"{ABI}\n{self._folder}\n{layer}\n".encode())
        digest.update((REQUIREMENTS / f"{layer}.txt").read_bytes())
        return digest.hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with _lock(path) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another ./dev is making the Python environment; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lock(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w")
    except OSError as reason:
        raise Refusal(f"The Python environment cannot be made in {path.parent}: {reason.strerror}") from None


def _run(command: Sequence[str], doing: str) -> None:
    """Run a step, showing that it moves. Raises `Refusal` with the end of its output when it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        lines = _shown(process.stdout, doing)
    if process.returncode:
        raise Refusal(f"{doing} failed:\n" + "\n".join(lines[-12:]))


def _shown(output: IO[str], doing: str) -> list[str]:
    progress = Progress(doing, sys.stderr)
    lines: list[str] = []
    for line in output:
        lines.append(line.rstrip())
        progress.see(line)
    progress.end()
    return lines


class Progress:
    """One moving line that counts packages; where there is no terminal, a plain line at the start."""

    def __init__(self, doing: str, output: IO[str]) -> None:
        self._doing = doing
        self._output = output
        self._moving = output.isatty()
        self._packages = 0
        self._show(f"{doing} …")

    def see(self, line: str) -> None:
        self._packages += line.startswith("Collecting")
        if self._moving:
            ending = " unpacked" if line.startswith("Installing") else ""
            self._show(f"{self._doing} … {self._packages} packages{ending}")

    def end(self) -> None:
        if self._moving:
            self._output.write("\r\033[K")

    def _show(self, line: str) -> None:
        self._output.write(f"\r\033[K{line}" if self._moving else f"{line}\n")
        self._output.flush()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
