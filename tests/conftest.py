from __future__ import annotations

from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Costs are counted, not timed: how busy the machine is says nothing about the shop.
settings.register_profile("tradewind", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tradewind")

WITH_A_SHOP_OF_THEIR_OWN: Final = {
    "tests/e2e/test_killed_workers.py",
    "tests/e2e/test_least_privilege.py",
    "tests/e2e/test_lifecycle.py",
    "tests/e2e/test_stops_and_crashes.py",
}


class FileByFile(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """A process runs a whole file; and one runs all that share the shop of the end-to-end tests, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return file if file in WITH_A_SHOP_OF_THEIR_OWN or not file.startswith("tests/e2e/") else "tests/e2e"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    return FileByFile(config, log)
