from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.data.fake_shop import ADMIN, FakeShop, running_fake

from tradewind_tools.data.messages import Credentials
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.transport import Patience, Transport


@pytest.fixture
def fake() -> Iterator[FakeShop]:
    with running_fake() as shop:
        yield shop


@pytest.fixture
def pauses() -> list[float]:
    """The pauses made between attempts, in seconds; none is really waited."""
    return []


@pytest.fixture
def transport(fake: FakeShop, pauses: list[float]) -> Iterator[Transport]:
    transport = Transport(fake.url, Patience(timeout_seconds=5, attempts=4, sleep=pauses.append, jitter=lambda: 1.0))
    yield transport
    transport.close()


@pytest.fixture
def shop(transport: Transport, pauses: list[float]) -> ShopClient:
    shop = ShopClient(transport, Credentials(**ADMIN), wait=pauses.append)
    shop.log_in()
    return shop
