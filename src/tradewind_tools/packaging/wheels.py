"""The pinned dependencies as wheels for Lambda: downloaded once, and held against the hashes of the requirements."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tradewind_tools.locks import hold_lock
from tradewind_tools.packaging.errors import DownloadFailed
from tradewind_tools.packaging.interpreter import VERSION

LEFT_OUT: Final = {
    **dict.fromkeys(
        ("boto3", "botocore", "jmespath", "s3transfer", "python-dateutil", "six", "urllib3"), "Lambda's own"
    ),
    "pycparser": "what cffi compiles with; what is compiled does not need it",
}
"""Requirements that are no part of the layer, and why."""

_GLIBC_MINORS = range(34, 16, -1)
"""Lambda's Python 3.13 stands on Amazon Linux 2023 and its glibc 2.34; wheels are for that one or older."""
_REQUIREMENT = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s\\]+).*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_SHOWN_LINES = 12


class Architecture(StrEnum):
    """A processor that Lambda offers, as Lambda names it."""

    ARM64 = "arm64"
    X86_64 = "x86_64"

    @property
    def machine(self) -> str:
        """The same as wheels and `uname -m` name it."""
        return "aarch64" if self is Architecture.ARM64 else "x86_64"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A pinned package, with the hashes of all its files."""

    name: str
    version: str
    hashes: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name}=={self.version} " + " ".join(f"--hash=sha256:{digest}" for digest in sorted(self.hashes))


def parse_requirements(text: str) -> list[Requirement]:
    """What a requirements file written by pip-compile asks for, without what is left out."""
    found = _REQUIREMENT.finditer(text)
    every = [Requirement(each["name"], each["version"], frozenset(_HASH.findall(each[0]))) for each in found]
    return [requirement for requirement in every if requirement.name not in LEFT_OUT]


def fetch(architecture: Architecture, requirements: Sequence[Requirement], folder: Path) -> list[Path]:
    """The wheels of `requirements`, by name; from `folder` if they are there. Raises DownloadFailed."""
    with hold_lock(folder.with_suffix(".lock")):
        if not _is_complete(folder, requirements):
            folder.mkdir(parents=True, exist_ok=True)
            _clear(folder)
            _download(architecture, requirements, folder)
    return _wheels(folder)


def _wheels(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.whl"))


def _is_complete(folder: Path, requirements: Sequence[Requirement]) -> bool:
    """Every requirement has its wheel, by hash, and nothing else is there."""
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in _wheels(folder)}
    return len(digests) == len(requirements) and all(digests & each.hashes for each in requirements)


def _clear(folder: Path) -> None:
    for path in _wheels(folder):
        path.unlink()


def _download(architecture: Architecture, requirements: Sequence[Requirement], folder: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.writelines(f"{requirement}\n" for requirement in requirements)
        listed.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += [*_target(architecture), "--dest", str(folder), "--requirement", listed.name]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - pip, for pinned hashes
    if done.returncode:
        raise DownloadFailed(architecture, "\n".join(done.stderr.splitlines()[-_SHOWN_LINES:]))


def _target(architecture: Architecture) -> Iterator[str]:
    yield from ("--only-binary=:all:", "--implementation=cp", f"--python-version={VERSION}")
    yield from (f"--platform=manylinux_2_{minor}_{architecture.machine}" for minor in _GLIBC_MINORS)
    yield f"--platform=manylinux2014_{architecture.machine}"
