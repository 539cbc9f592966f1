"""The local cloud's code package: all our source in one archive, with bytecode for the Python that runs here.

`./dev package` builds what AWS gets. The local cloud runs every function on its own interpreter, and starts sooner with
one archive for all.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tradewind_tools.packaging.archive import make_zip
from tradewind_tools.packaging.compiling import bytecode_name, compile_into
from tradewind_tools.packaging.sources import own_code
from tradewind_tools.places import SOURCE


@dataclass(frozen=True, slots=True)
class CodePackage:
    """A zip archive and the fingerprint of what went into it."""

    content: bytes
    fingerprint: str

    @property
    def key(self) -> str:
        return f"functions/{self.fingerprint}.zip"


def build(extra: dict[str, bytes] | None = None, source: Path = SOURCE) -> CodePackage:
    """Zip `tradewind` of `source` with compiled bytecode for this interpreter, and `extra` files by archive name."""
    files = own_code(source) | (extra or {})
    bytecode = {bytecode_name(name): _bytecode(name, source / name) for name in files if name.endswith(".py")}
    return CodePackage(make_zip({**files, **bytecode}), _fingerprint(files))


def _bytecode(name: str, path: Path) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".pyc") as compiled:
        compile_into(path, name, Path(compiled.name))
        return Path(compiled.name).read_bytes()


def _fingerprint(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256(sys.implementation.cache_tag.encode() if sys.implementation.cache_tag else b"")
    for part in _names_and_contents(files):
        digest.update(part)
    return digest.hexdigest()[:16]


def _names_and_contents(files: dict[str, bytes]) -> Iterator[bytes]:
    for name in sorted(files):
        yield f"{name}\0{len(files[name])}\0".encode()
        yield files[name]
