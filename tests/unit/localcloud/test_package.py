from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tradewind_tools.localcloud import package


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src" / "tradewind"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__init__.py").write_text("WORD = 'shop'\n")
    (folder / "__pycache__" / "stale.pyc").write_text("stale")
    (folder / "template.html").write_text("<p>")
    return tmp_path / "src"


def names(built: package.CodePackage) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(built.content)).namelist()


def test_package_holds_source_bytecode_and_extra_files(source: Path) -> None:
    built = package.build({"tradewind/openapi.json": b"{}"}, source)
    tag = sys.implementation.cache_tag
    assert names(built) == [
        "tradewind/__init__.py",
        f"tradewind/__pycache__/__init__.{tag}.pyc",
        "tradewind/openapi.json",
        "tradewind/template.html",
    ]


def test_same_source_gives_the_same_key(source: Path) -> None:
    assert package.build(source=source).key == package.build(source=source).key


def test_any_change_gives_another_key(source: Path) -> None:
    before = package.build(source=source)
    (source / "tradewind" / "__init__.py").write_text("WORD = 'store'\n")
    changed = package.build(source=source)
    assert len({before.key, changed.key, package.build({"more": b""}, source).key}) == 3


def test_bytecode_is_used_without_looking_at_the_source(source: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(io.BytesIO(package.build(source=source).content)).extractall(unpacked)
    (unpacked / "tradewind" / "__init__.py").write_text("WORD = 'not read'\n")
    program = [sys.executable, "-c", "import tradewind; print(tradewind.WORD)"]
    output = subprocess.run(program, cwd=unpacked, check=True, capture_output=True, text=True, env={})
    assert output.stdout == "shop\n"
