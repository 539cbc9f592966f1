from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path

from tradewind_tools.packaging.manifest import BuiltArchive, Manifest, commit_of, encode


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_archive_is_described_as_lambda_does() -> None:
    archive = BuiltArchive(b"zip", 7).describe("functions/sell.zip")
    digest = base64.b64encode(hashlib.sha256(b"zip").digest()).decode()
    assert (archive.sha256, archive.bytes, archive.unpacked_bytes) == (digest, 3, 7)


def test_manifest_has_the_form_that_terraform_reads() -> None:
    archive = BuiltArchive(b"zip", 7).describe("functions/sell.zip")
    read = json.loads(encode(Manifest("abc", "python3.13", "3.13.0", {}, {"sell": archive})))
    assert read == {
        "commit": "abc",
        "runtime": "python3.13",
        "bytecode": "3.13.0",
        "layers": {},
        "functions": {"sell": {"file": "functions/sell.zip", "sha256": archive.sha256, "bytes": 3, "unpackedBytes": 7}},
    }


def test_commit_is_the_one_that_the_source_stands_at(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""
    git(tmp_path, "init", "-q")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "sale.py").write_text("")
    git(tmp_path, "add", "src")
    git(tmp_path, "commit", "-q", "-m", "Sell")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert commit_of(tmp_path / "src") == head
    (tmp_path / "src" / "sale.py").write_text("changed")
    assert commit_of(tmp_path / "src") == f"{head}+"
