from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.integration.packaging.python import lambdas_python
from tests.source import ROOT

from tradewind_tools.packaging.building import WHEELS

FAR_AWAY = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
AT_HOME = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}


def project(folder: Path) -> Path:
    """A copy of what a package is made of, with the wheels that were downloaded already."""
    left_out = shutil.ignore_patterns("__pycache__")
    for name in ("src", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    if WHEELS.is_dir():
        shutil.copytree(WHEELS, folder / "build" / "wheels")
    return folder


def built(folder: Path, umask: int, variables: Mapping[str, str]) -> dict[str, bytes]:
    environment = {**os.environ, **variables, "PYTHONPATH": str(folder / "src")}
    command = [sys.executable, "-m", "tradewind_tools.cli", "package"]
    subprocess.run(command, cwd=folder, env=environment, umask=umask, check=True, capture_output=True)
    package = folder / "build" / "package"
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*") if path.is_file()}


def test_same_source_gives_the_same_bytes_wherever_it_is_built(tmp_path: Path) -> None:
    lambdas_python()
    here = built(project(tmp_path / "here"), 0o022, AT_HOME)
    there = built(project(tmp_path / "a longer way" / "there"), 0o077, FAR_AWAY)
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []
    assert {"manifest.json", "layer-arm64.zip", "layer-x86_64.zip", "functions/order-create.zip"} <= here.keys()


def test_without_lambdas_python_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    if sys.version_info[:2] == (3, 13):
        pytest.skip("this Python is Lambda's")
    folder = project(tmp_path / "here")
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [sys.executable, "-m", "tradewind_tools.cli", "package"]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("dev: There is no Python 3.13 here to compile for Lambda.")
    assert not (folder / "build" / "package").exists()
