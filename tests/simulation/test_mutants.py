"""Mutation tests of the simulation: bugs planted on purpose, each of which it must catch."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulation.conftest import MUTANTS as DEFAULT
from tests.source import ROOT, SOURCE, TESTS

MUTANTS = sorted((TESTS / "simulation" / "mutants").glob("*.patch"))
HISTORIES = 6_000
_TIMEOUT_SECONDS = 1_800
_PACKAGE = re.compile(r"^\+\+\+ b/src/(\w+)/", re.MULTILINE)
"""The saga's definition, for one, is among the tools: `tradewind_tools.blueprint`."""
_VIOLATED = re.compile(r"^seed (\d+): ", re.MULTILINE)


def choose(option: str) -> list[Path]:
    """All mutants, those whose name contains the word, or some that are spread over all."""
    if option == "all":
        return MUTANTS
    if option.isdigit():
        return MUTANTS[:: max(1, len(MUTANTS) // int(option))]
    return [mutant for mutant in MUTANTS if option in mutant.stem]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "mutant" in metafunc.fixturenames:
        chosen = choose(str(metafunc.config.getoption("--mutants", DEFAULT)))
        metafunc.parametrize("mutant", chosen, ids=[mutant.stem for mutant in chosen])


def copy_source_with(mutant: Path, folder: Path) -> Path:
    """Copy the packages that the bug is in, and the shop, into a folder, and plant the bug there."""
    ignored = shutil.ignore_patterns("__pycache__")
    for package in {"tradewind", *_PACKAGE.findall(mutant.read_text())}:
        shutil.copytree(SOURCE / package, folder / "src" / package, ignore=ignored)
    plant(mutant, folder)
    return folder / "src"


def plant(mutant: Path, folder: Path, *options: str) -> None:
    applied = subprocess.run(
        ["git", "apply", "--recount", "-C1", *options, str(mutant)],  # noqa: S607 - whichever git there is
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert applied.returncode == 0, f"{mutant.name} does not fit the source any more; plant it anew: {applied.stderr}"


@pytest.mark.parametrize("each", MUTANTS, ids=lambda path: path.stem)
def test_planted_bug_fits_the_source(each: Path) -> None:
    """All mutants, whichever are tried below."""
    plant(each, ROOT, "--check")


def test_planted_bug_is_caught(mutant: Path, tmp_path: Path) -> None:
    source = copy_source_with(mutant, tmp_path)
    command = [sys.executable, "-m", "tradewind_tools.cli", "simulate", "--seed", "0", "--stop-at-first"]
    simulated = subprocess.run(
        [*command, "--histories", str(HISTORIES), "--processes", "1"],
        env={"PYTHONPATH": f"{source}:{SOURCE}", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )
    assert simulated.returncode == 1, (
        f"not caught in {HISTORIES} histories: {simulated.stdout}{simulated.stderr[-2000:]}"
    )
    assert _VIOLATED.search(simulated.stdout), simulated.stderr[-2000:]


def test_there_are_enough_planted_bugs() -> None:
    assert len(MUTANTS) >= 30
