from __future__ import annotations

import pytest
from tests.unit.operations.fake_shop import ADMIN, FakeShop
from tests.unit.ops.fake_queues import FakeQueues

from tradewind_tools.operations.dead_letters import DeadLetterClient


@pytest.fixture
def held() -> FakeQueues:
    return FakeQueues()


@pytest.fixture
def dead_letters(held: FakeQueues) -> DeadLetterClient:
    return DeadLetterClient("http://shop", ADMIN, FakeShop(held).ask)
