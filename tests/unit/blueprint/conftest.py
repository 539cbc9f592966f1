from __future__ import annotations

import pytest
from tests.unit.blueprint.trading_day import TradingDay, traded


@pytest.fixture(scope="session")
def day() -> TradingDay:
    return traded()
