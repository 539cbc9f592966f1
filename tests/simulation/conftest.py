from __future__ import annotations

import pytest

HISTORIES = 1_500
MUTANTS = "7"
OPERATIONS = 2_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known only where this folder is named on the command line; elsewhere the defaults count."""
    group = parser.getgroup("simulation")
    group.addoption("--histories", type=int, default=HISTORIES, help="histories of fixed seeds")
    group.addoption("--mutants", default=MUTANTS, help="planted bugs to try: a number, 'all', or part of a name")
    group.addoption("--operations", type=int, default=OPERATIONS, help="random operations against DynamoDB's stand-in")


@pytest.fixture
def histories(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--histories", HISTORIES))


@pytest.fixture
def operations(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--operations", OPERATIONS))
