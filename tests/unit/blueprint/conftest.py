from __future__ import annotations

import pytest
from tests.unit.blueprint.trading_day import TradingDay, run_day


@pytest.fixture(scope="session")
def day() -> TradingDay:
    return run_day()
