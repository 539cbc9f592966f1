from __future__ import annotations

import json

import pytest
from tests.fakes import FakeClock, make_shop
from tests.trading import add_product, stock

from tradewind.inventory.jobs import release_overdue
from tradewind.inventory.public import plan_reservations
from tradewind.inventory.public_writes import attach_to_order, hold_stock
from tradewind.ordering.model import HOLD
from tradewind.shop import Shop

ORDER = "01KAJ0RDER0000000000000001"
OTHER = "01KAJ0RDER0000000000000002"


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = make_shop(clock=clock)
    add_product(shop, "shirt", 10)
    return shop


def hold_ahead(shop: Shop, order_id: str, units: int) -> None:
    (reservation,) = plan_reservations(order_id, {"shirt": units}, shop.clock.now() + HOLD)
    shop.table.transact(hold_stock(reservation, ahead_of_order=True))


def test_stock_of_an_order_that_was_never_placed_is_released_after_its_deadline(
    shop: Shop, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    hold_ahead(shop, ORDER, 3)
    assert release_overdue.handle(shop) == 0
    clock.advance(HOLD.total_seconds() + 1)
    release_overdue({}, None, shop)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert release_overdue.handle(shop) == 0
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["event"], line["metadata"]) == ("release_overdue", {"done": 1})


def test_stock_of_a_placed_order_stays_reserved(shop: Shop, clock: FakeClock) -> None:
    hold_ahead(shop, ORDER, 3)
    hold_ahead(shop, OTHER, 2)
    (reservation,) = plan_reservations(ORDER, {"shirt": 3}, shop.clock.now() + HOLD)
    shop.table.write(attach_to_order(reservation))
    clock.advance(HOLD.total_seconds() + 1)
    assert release_overdue.handle(shop) == 1
    assert stock(shop, "shirt") == (7, 3, 0)
