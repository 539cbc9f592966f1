from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.e2e.browserless import Visitor
from tests.e2e.contract import Contract
from tests.e2e.terminal import Terminal
from tests.ports import free_port

from tradewind_tools.deployment.trial import RunningCloud
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.shop import TradewindShop
from tradewind_tools.localcloud.state import ADMIN_EMAIL, AdminLogin
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS
from tradewind_tools.ministack.environment import Account

ENFORCING = os.environ.get("TRADEWIND_ENFORCE_IAM") == "1"
"""Whether the local cloud refuses what the functions' roles do not allow."""

ADMIN = AdminLogin(ADMIN_EMAIL, "an admin of the tests")


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    """The whole shop as `./dev up` makes it, or as it stands in a running cloud; with its demo products."""
    with RunningCloud.of_environment() or LocalCloud(account=Account(enforcing=ENFORCING)) as cloud:
        cloud.deploy(settings=WIDE_LIMITS)
        TradewindShop().load(cloud.front_door_url, cloud.endpoint_url, ADMIN)
        yield cloud


@pytest.fixture(scope="session")
def visitor(cloud: LocalCloud) -> Visitor:
    """Somebody who has not signed in; what they are answered must be what the API's document says."""
    stranger = Visitor(cloud.front_door_url)
    return replace(stranger, contract=Contract(stranger.get("/openapi.json").ok()))


@pytest.fixture(scope="session")
def admin(visitor: Visitor) -> Visitor:
    return visitor.sign_in(ADMIN.email, ADMIN.password)


@pytest.fixture
def customer(visitor: Visitor) -> Visitor:
    """A new customer of this test's own."""
    return visitor.register()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal whose shop is kept in a folder of this test's own."""
    opened = Terminal(tmp_path / "state", free_port())
    yield opened
    opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads every log line runs after all that wrote one; in a running cloud, only what needs a shop runs.

    Where IAM is enforced there is no meter.
    """
    if ENFORCING:
        items[:] = [item for item in items if "metered" not in item.keywords]
    if RunningCloud.of_environment():
        items[:] = [item for item in items if "cloud" in getattr(item, "fixturenames", ())]
    items.sort(key=lambda item: "after_everything" in item.keywords)
