from __future__ import annotations

import pytest
from tests.fakes import FakeClock, FakeSecrets, make_shop
from tests.unit.identity.people import Member, join

from tradewind.shop import Shop


@pytest.fixture
def secrets() -> FakeSecrets:
    return FakeSecrets()


@pytest.fixture
def shop(clock: FakeClock, secrets: FakeSecrets) -> Shop:
    return make_shop(clock=clock, secrets=secrets)


@pytest.fixture
def ada(shop: Shop) -> Member:
    """A customer who has registered and signed in."""
    return join(shop)
