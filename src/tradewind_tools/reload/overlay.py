"""The package that was deployed, with the source as it is on disk now."""

from __future__ import annotations

import io
import tempfile
import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path
from py_compile import PyCompileError
from typing import Final

from tradewind_tools.packaging.archive import make_zip
from tradewind_tools.packaging.compiling import bytecode_name, compile_into
from tradewind_tools.packaging.sources import own_code
from tradewind_tools.reload.source_tree import LOOK_SECONDS, SourceVersion

OURS: Final = "tradewind/__init__.py"
"""What the shop's package is known by; any other function in the local cloud keeps its code."""


class Overlay:
    """Makes the archives that workers start from. For many threads."""

    def __init__(self, source: Path, look_seconds: float = LOOK_SECONDS) -> None:
        self._source = source
        self._version = SourceVersion(source / "tradewind", look_seconds)
        self._lock = threading.Lock()
        self._made_for = -1
        self._archives: dict[bytes, bytes] = {}

    def version(self) -> int:
        """Which state of the source an archive made now would hold."""
        return self._version.current()

    def archive(self, deployed: bytes, version: int) -> bytes:
        """The deployed archive with the source of this version; the same where nothing differs."""
        with self._lock:
            if self._made_for != version:
                self._archives.clear()
                self._made_for = version
            if deployed not in self._archives:
                self._archives[deployed] = self._make(deployed)
            return self._archives[deployed]

    def _make(self, deployed: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(deployed)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        if OURS not in files:
            return deployed
        source = own_code(self._source)
        changed = {name: content for name, content in source.items() if files.get(name) != content}
        gone = {name for name in files if name.endswith(".py") and name not in source}
        stale = {bytecode_name(name) for name in (*changed, *gone)} | gone
        if not stale:
            return deployed
        kept = {name: content for name, content in files.items() if name not in stale}
        return make_zip({**kept, **changed, **self._bytecode(changed)})

    def _bytecode(self, names: Iterable[str]) -> dict[str, bytes]:
        modules = (name for name in names if name.endswith(".py"))
        compiled = {bytecode_name(name): _compile(self._source / name, name) for name in modules}
        return {name: content for name, content in compiled.items() if content}


def _compile(path: Path, name: str) -> bytes:
    """Its bytecode; nothing where it has an error, which importing it then tells."""
    with tempfile.NamedTemporaryFile(suffix=".pyc") as target:
        try:
            compile_into(path, name, Path(target.name))
        except (PyCompileError, OSError):
            return b""
        return Path(target.name).read_bytes()
