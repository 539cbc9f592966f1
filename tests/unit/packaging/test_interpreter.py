from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tradewind_tools.packaging import interpreter
from tradewind_tools.packaging.errors import NoInterpreter
from tradewind_tools.packaging.interpreter import Interpreter


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "this"))
    return tmp_path


def installed(path: Path, says: str) -> Path:
    """A program that answers as a Python would that is asked about itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return path


def test_without_lambdas_python_it_is_said_what_to_do(home: Path) -> None:
    installed(home / "this", "echo cpython-311 3.11.7 x86_64")
    installed(home / "bin" / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    with pytest.raises(NoInterpreter, match=r"There is no Python 3\.13 here to compile for Lambda\. Install it"):
        interpreter.find()


def test_it_is_found_where_pyenv_installs_it(home: Path) -> None:
    installed(home / "bin" / "python3.13", "exit 127")
    found = installed(home / ".pyenv/versions/3.13.2/bin/python3.13", "echo cpython-313 3.13.2 aarch64")
    assert interpreter.find() == Interpreter(str(found), "3.13.2", "aarch64")


def test_the_one_that_runs_is_preferred(home: Path) -> None:
    installed(home / "bin" / "python3.13", "echo cpython-313 3.13.2 x86_64")
    installed(home / "this", "echo cpython-313 3.13.9 x86_64")
    assert interpreter.find().version == "3.13.9"


def test_files_are_compiled_apart_from_this_environment() -> None:
    python = Interpreter(sys.executable, "", "")
    compiled = python.compile_all({"shop/sale.py": b"WORD = 1\n", "shop/list.txt": b"not code"})
    assert list(compiled) == [f"shop/__pycache__/sale.{sys.implementation.cache_tag}.pyc"]
