"""The functions' code package: our source, its bytecode, and what the service serves of itself."""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from py_compile import compile as compile_bytecode

SOURCE = Path(__file__).resolve().parents[2]
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Package:
    """A zip archive and the fingerprint of what went into it."""

    content: bytes
    fingerprint: str

    @property
    def key(self) -> str:
        return f"functions/{self.fingerprint}.zip"


def build(extra: dict[str, bytes] | None = None, source: Path = SOURCE) -> Package:
    """Zip `tradewind` of `source` with compiled bytecode for this interpreter, and `extra` files by archive name."""
    files = {path.relative_to(source).as_posix(): path.read_bytes() for path in _source_files(source)} | (extra or {})
    bytecode = {_cached_name(name): _bytecode(name, source / name) for name in files if name.endswith(".py")}
    return Package(_zip({**files, **bytecode}), _fingerprint(files))


def _source_files(source: Path) -> Iterable[Path]:
    return (path for path in (source / "tradewind").rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _cached_name(name: str) -> str:
    path = Path(name)
    return (path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc").as_posix()


def _bytecode(name: str, path: Path) -> bytes:
    # Unchecked: an unpacked archive has new modification times, and its source never changes.
    with tempfile.NamedTemporaryFile(suffix=".pyc") as compiled:
        mode = PycInvalidationMode.UNCHECKED_HASH
        compile_bytecode(str(path), compiled.name, dfile=name, doraise=True, invalidation_mode=mode)
        return Path(compiled.name).read_bytes()


def _fingerprint(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256(sys.implementation.cache_tag.encode() if sys.implementation.cache_tag else b"")
    for part in _named_in_order(files):
        digest.update(part)
    return digest.hexdigest()[:16]


def _named_in_order(files: dict[str, bytes]) -> Iterator[bytes]:
    for name in sorted(files):
        yield f"{name}\0{len(files[name])}\0".encode()
        yield files[name]


def _zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return target.getvalue()
