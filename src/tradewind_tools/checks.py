"""The checks behind `./dev test` and `./dev lint`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from tradewind_tools.errors import Refusal
from tradewind_tools.places import PROJECT

SUITES = ("unit", "contract", "integration", "simulation", "e2e", "terraform")

SIDE_BY_SIDE = (
    "--numprocesses=auto",
    "--maxprocesses=4",
    "--max-worker-restart=0",
    "--dist=loadscope",  # its scopes are the groups of tests/conftest.py
    "--no-loadscope-reorder",
)
"""Tests mostly wait for other processes: two at once take little more than half the time. Where one dies, all ends."""

PATHS = ("src", "tests", "bench", "dev")


def run_tests(
    context: typer.Context,
    suite: Annotated[str, typer.Argument(help=f"{', '.join(SUITES)}, all, or a path.")] = "all",
) -> None:
    """Run the tests: a suite, a path or all. What follows goes to pytest."""
    raise typer.Exit(run_suite(suite, context.args))


def lint() -> None:
    """Check style, format and types."""
    raise typer.Exit(run_linters())


def run_suite(suite: str, arguments: Sequence[str]) -> int:
    """Run one suite, or every one for `all`; a path or an option is given to pytest as it is. Returns the exit code."""
    return _run("pytest", *_selection(suite), *arguments)


def _selection(suite: str) -> list[str]:
    """The arguments of pytest for a suite."""
    if suite == "all":
        return [*SIDE_BY_SIDE, "tests"]
    if suite in SUITES:
        return [*SIDE_BY_SIDE, f"tests/{suite}"]
    if suite.startswith("-") or (PROJECT / suite.partition("::")[0]).exists():
        return [suite]
    raise Refusal(f"There is no test suite {suite!r}: choose {', '.join(SUITES)}, all or a path.")


def run_linters() -> int:
    """Run every check, whatever the others say. Returns 0 when all are content."""
    checks = (("ruff", "check", *PATHS), ("ruff", "format", "--check", *PATHS), ("mypy",))
    return max(_run(*check) for check in checks)


def _run(module: str, *arguments: str) -> int:
    return subprocess.call([sys.executable, "-m", module, *arguments], cwd=PROJECT)  # noqa: S603 - our own tools
