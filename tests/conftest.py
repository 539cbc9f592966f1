from __future__ import annotations

import gc
import os
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Costs are counted, not timed: how busy the machine is says nothing about the shop.
settings.register_profile("tradewind", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("at a desk", settings.get_profile("tradewind"), max_examples=40)
settings.load_profile("tradewind" if "CI" in os.environ else "at a desk")

GROUPS: Final = {
    "tests/terraform/test_applied.py": "tests/terraform/test_applied.py",
    "tests/e2e/test_killed_workers.py": "tests/e2e/test_killed_workers.py",
    "tests/e2e/test_least_privilege.py": "tests/e2e/test_least_privilege.py",
    "tests/e2e/test_lifecycle.py": "tests/e2e/test_lifecycle.py",
    "tests/e2e/test_stops_and_crashes.py": "tests/e2e/test_stops_and_crashes.py",
    "tests/e2e/": "the deployed shop, and the log of all that happened in it",
    "tests/integration/bench/": "downloaded wheels",
    "tests/integration/packaging/": "downloaded wheels",
}
"""What the files of a folder share, by the beginning of their path: the first that fits counts.

One process runs a group, in order; a file that stands in no group, or by itself, is one.
"""

LONGEST: Final = ("tests/terraform/test_applied.py", GROUPS["tests/e2e/"])
"""Groups that take minutes. They begin first, and all others find their time beside them."""


def group_of(file: str) -> str:
    """The group that runs a file of tests, by its path in the project."""
    return next((group for beginning, group in GROUPS.items() if file.startswith(beginning)), file)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """One process runs a group. xdist's own `loadgroup` cannot: pytest 9.2 does not let it put the group into an id."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    return GroupScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(group_of(item.nodeid.partition("::")[0])))


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking, again and again, over all that was loaded and stays."""
    gc.collect()
    gc.freeze()


def _rank(group: str) -> int:
    return LONGEST.index(group) if group in LONGEST else len(LONGEST)
