from __future__ import annotations

from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Costs are counted, not timed: how busy the machine is says nothing about the shop.
settings.register_profile("tradewind", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tradewind")

SHARED: Final = {
    "tests/e2e/": "a shop, and the log of all that happened in it",
    "tests/integration/bench/": "downloaded wheels",
    "tests/integration/packaging/": "downloaded wheels",
}
"""What the files of a folder share with each other, and with other folders that share the same."""

WITH_A_SHOP_OF_THEIR_OWN: Final = {
    "tests/e2e/test_killed_workers.py",
    "tests/e2e/test_least_privilege.py",
    "tests/e2e/test_lifecycle.py",
    "tests/e2e/test_stops_and_crashes.py",
}


LONGEST: Final = ("tests/terraform/test_applied.py", SHARED["tests/e2e/"])
"""Scopes that take minutes. They begin first, and all others find their time beside them."""


class FileByFile(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """One process runs a whole file, or all files that share something, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(super()._split_scope(nodeid))


def scope(file: str) -> str:
    """What has the same scope is run by one process."""
    shared = (what for folder, what in SHARED.items() if file.startswith(folder))
    return file if file in WITH_A_SHOP_OF_THEIR_OWN else next(shared, file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    its_scope = scope(item.nodeid.partition("::")[0])
    return LONGEST.index(its_scope) if its_scope in LONGEST else len(LONGEST)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    return FileByFile(config, log)
