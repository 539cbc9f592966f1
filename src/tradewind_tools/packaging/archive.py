"""Zip archives that depend on what is in them alone: not on the folder, the clock, the umask or the order of files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644
_UNIX = 3


def make_zip(files: Mapping[str, bytes], *, is_packed: bool = True) -> bytes:
    """The archive of `files`, by their names in it."""
    target = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            archive.writestr(_entry(name), files[name], method)
    return target.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = _MODE << 16
    entry.create_system = _UNIX
    return entry
