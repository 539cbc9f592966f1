"""`./dev test` and `./dev lint`: the checks, in the order that fails soonest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from tradewind_tools.localcloud.errors import LocalCloudError
from tradewind_tools.localcloud.state import PROJECT

SUITES = ("unit", "integration", "e2e")
PATHS = ("src", "tests", "dev")


def test(suite: str, arguments: Sequence[str]) -> int:
    """Run one suite, or every one for `all`; a path is given to pytest as it is. Returns the exit code."""
    if suite == "all":
        paths = ["tests"]
    elif suite in SUITES:
        paths = [f"tests/{suite}"]
    elif (PROJECT / suite.partition("::")[0]).exists():
        paths = [suite]
    else:
        raise LocalCloudError(f"There is no test suite {suite!r}: choose unit, integration, e2e, all or a path.")
    return _run("pytest", *paths, *arguments)


def lint() -> int:
    """Run every check, whatever the others say. Returns 0 when all are content."""
    checks = (("ruff", "check", *PATHS), ("ruff", "format", "--check", *PATHS), ("mypy",))
    return max(_run(*check) for check in checks)


def _run(module: str, *arguments: str) -> int:
    return subprocess.call([sys.executable, "-m", module, *arguments], cwd=PROJECT)  # noqa: S603 - our own tools
