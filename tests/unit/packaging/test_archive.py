from __future__ import annotations

import hashlib
import io
import os
import time
import zipfile

import pytest

from tradewind_tools.packaging.archive import make_zip

FILES = {"b.py": b"B = 1\n", "a/c.txt": b"c"}


def test_archive_holds_the_files_by_name() -> None:
    with zipfile.ZipFile(io.BytesIO(make_zip(FILES))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


def test_unpacked_files_are_readable_by_everybody() -> None:
    with zipfile.ZipFile(io.BytesIO(make_zip(FILES))) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}


def test_archive_does_not_depend_on_file_order_time_zone_or_umask(monkeypatch: pytest.MonkeyPatch) -> None:
    before = make_zip(FILES)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    umask = os.umask(0o077)
    try:
        assert make_zip(dict(reversed(FILES.items()))) == before
    finally:
        os.umask(umask)
        monkeypatch.undo()
        time.tzset()


def test_archive_bytes_are_the_same_on_every_python_version() -> None:
    """3.11 and 3.13 write the same: this digest was taken with one and is checked with both."""
    digest = hashlib.sha256(make_zip(FILES)).hexdigest()
    assert digest == "61fe98e8664ab0d2052594328179b3a78c6e0d8024bd2d1f2633524f8d45246c"
