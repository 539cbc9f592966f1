"""build/package/manifest.json: what was built, for Terraform and whoever deploys."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

import msgspec


class Archive(msgspec.Struct, frozen=True, rename="camel"):
    """A zip file: its place below the package folder, its SHA-256 as Lambda's CodeSha256 says it, its sizes."""

    file: str
    sha256: str
    bytes: int
    unpacked_bytes: int


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """`bytecode` is the Python that compiled it, None for source alone; `layers` by architecture, `functions` by name.

    `commit` ends in `+` when the tree had changes that were not committed, and is empty outside a repository.
    """

    commit: str
    runtime: str
    bytecode: str | None
    layers: dict[str, Archive]
    functions: dict[str, Archive]


@dataclass(frozen=True, slots=True)
class BuiltArchive:
    """An archive and what it unpacks to."""

    content: bytes
    unpacked_bytes: int

    def describe(self, file: str) -> Archive:
        digest = base64.b64encode(hashlib.sha256(self.content).digest()).decode()
        return Archive(file, digest, len(self.content), self.unpacked_bytes)


def encode(manifest: Manifest) -> bytes:
    """The manifest as the file holds it."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def commit_of(source: Path) -> str:
    """The commit that the folder `source` stands at."""
    head = _git(source, "rev-parse", "HEAD")
    changed = head and _git(source, "status", "--porcelain", "--", ".", ":/requirements")
    return f"{head}+" if changed else head


def _git(folder: Path, *arguments: str) -> str:
    try:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
