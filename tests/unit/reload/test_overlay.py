from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tradewind_tools.localcloud import package
from tradewind_tools.packaging.archive import make_zip
from tradewind_tools.packaging.compiling import bytecode_name
from tradewind_tools.reload.overlay import Overlay

GREETING = "tradewind/greeting.py"
DESCRIPTION = "tradewind/service/openapi.json"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "tradewind").mkdir()
    for name in ("__init__", "greeting", "idle"):
        (tmp_path / "tradewind" / f"{name}.py").write_text("WORD = 'hello'\n")
    (tmp_path / "tradewind" / "mail.txt").write_text("Dear you")
    return tmp_path


@pytest.fixture
def deployed(source: Path) -> bytes:
    return package.build({DESCRIPTION: b"{}"}, source).content


def files(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def overlaid(source: Path, deployed: bytes) -> dict[str, bytes]:
    return files(Overlay(source).archive(deployed, version=0))


def test_archive_is_the_deployed_one_where_nothing_was_saved(source: Path, deployed: bytes) -> None:
    assert Overlay(source).archive(deployed, version=0) is deployed


def test_saved_module_and_its_bytecode_replace_what_was_deployed(source: Path, deployed: bytes, tmp_path: Path) -> None:
    (source / GREETING).write_text("WORD = 'good morning'\n")
    made = overlaid(source, deployed)
    assert made[GREETING] == b"WORD = 'good morning'\n"
    assert {name for name, content in made.items() if files(deployed)[name] != content} == {
        GREETING,
        bytecode_name(GREETING),
    }
    for name, content in made.items():
        (tmp_path / "run" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "run" / name).write_bytes(content)
    program = "from tradewind.greeting import WORD; print(WORD)"
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path / "run", check=True, capture_output=True)
    assert run.stdout == b"good morning\n"


def test_new_and_changed_files_of_any_kind_are_taken(source: Path, deployed: bytes) -> None:
    (source / "tradewind" / "mail.txt").write_text("Dear all")
    (source / "tradewind" / "new.py").write_text("")
    made = overlaid(source, deployed)
    assert made["tradewind/mail.txt"] == b"Dear all"
    assert made.keys() - files(deployed).keys() == {"tradewind/new.py", bytecode_name("tradewind/new.py")}


def test_removed_module_is_gone_with_its_bytecode(source: Path, deployed: bytes) -> None:
    (source / GREETING).unlink()
    assert files(deployed).keys() - overlaid(source, deployed).keys() == {GREETING, bytecode_name(GREETING)}


def test_what_was_made_for_the_package_stays(source: Path, deployed: bytes) -> None:
    (source / GREETING).unlink()
    assert overlaid(source, deployed)[DESCRIPTION] == b"{}"


def test_module_with_an_error_is_taken_so_that_importing_it_tells(source: Path, deployed: bytes) -> None:
    (source / GREETING).write_text("def (\n")
    made = overlaid(source, deployed)
    assert made[GREETING] == b"def (\n"
    assert bytecode_name(GREETING) not in made


def test_code_of_another_function_is_left_alone(source: Path) -> None:
    foreign = make_zip({"code.py": b""})
    assert Overlay(source).archive(foreign, version=0) is foreign


def test_archive_is_made_once_for_each_version(source: Path, deployed: bytes) -> None:
    (source / GREETING).write_text("WORD = 'good morning'\n")
    overlay = Overlay(source)
    first = overlay.archive(deployed, version=1)
    assert overlay.archive(bytes(bytearray(deployed)), version=1) is first
    (source / GREETING).write_text("WORD = 'good night'\n")
    assert files(overlay.archive(deployed, version=2))[GREETING] == b"WORD = 'good night'\n"


def test_version_is_that_of_the_shops_source(source: Path) -> None:
    overlay = Overlay(source, look_seconds=0)
    before = overlay.version()
    os.utime(source / GREETING, ns=(1, 1))
    assert overlay.version() != before
