from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest
from tests.conftest import GROUPS, LONGEST, group_of
from tests.source import ROOT, TESTS

from tradewind_tools import checks
from tradewind_tools.errors import Refusal


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """What would have been run; all of it succeeds."""
    begun: list[Sequence[str]] = []

    def call(command: Sequence[str], **_: object) -> int:
        begun.append(command)
        return 0

    monkeypatch.setattr("subprocess.call", call)
    return begun


def test_every_folder_of_tests_is_a_suite() -> None:
    assert {path.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/test_*.py")} == set(checks.SUITES)


def test_a_suite_runs_side_by_side_and_what_follows_goes_to_pytest(begun: list[Sequence[str]]) -> None:
    assert checks.run_suite("unit", ["-x"]) == 0
    assert begun == [[sys.executable, "-m", "pytest", *checks.SIDE_BY_SIDE, "tests/unit", "-x"]]


def test_all_suites_are_one_run(begun: list[Sequence[str]]) -> None:
    checks.run_suite("all", [])
    assert begun == [[sys.executable, "-m", "pytest", *checks.SIDE_BY_SIDE, "tests"]]


@pytest.mark.parametrize("suite", ["-x", "tests/unit/cart", "tests/unit/test_checks.py::test_what_is_no_suite_is_told"])
def test_a_path_or_an_option_is_pytests_own(begun: list[Sequence[str]], suite: str) -> None:
    checks.run_suite(suite, [])
    assert begun == [[sys.executable, "-m", "pytest", suite]]


def test_what_is_no_suite_is_told() -> None:
    with pytest.raises(Refusal, match="There is no test suite 'units'"):
        checks.run_suite("units", [])


def test_files_that_share_something_are_one_group_and_others_are_their_own() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in TESTS.glob("*/**/test_*.py")]
    groups = {file: group_of(file) for file in files}
    assert groups["tests/unit/test_checks.py"] == "tests/unit/test_checks.py"
    assert groups["tests/e2e/test_orders.py"] == groups["tests/e2e/test_logs.py"]
    assert groups["tests/e2e/test_lifecycle.py"] == "tests/e2e/test_lifecycle.py"
    assert {*GROUPS.values(), *LONGEST} <= set(groups.values())
