from __future__ import annotations

import pytest
from tests.fakes import FakeClock, make_shop

from tradewind.shop import Shop


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    return make_shop(clock=clock)
