"""`./dev` under a Python that is too old for it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tradewind_tools.places import PROJECT

DEV = PROJECT / "dev"
OLD_PYTHONS = ("python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "python3.10")


def old_python() -> str:
    """An old Python that really runs: a version manager may have left a name without one."""
    program = ["-c", "import sys; sys.stdout.write(sys.executable)"]
    for name in filter(shutil.which, OLD_PYTHONS):
        output = subprocess.run([name, *program], check=False, capture_output=True, text=True).stdout
        if output:
            return output
    pytest.skip("no old Python on this machine")


def test_old_python_is_one_clear_line() -> None:
    command = [old_python(), str(DEV), "--help"]
    ended = subprocess.run(command, env={"PATH": "/nowhere"}, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "Python 3.11 or newer is needed" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
