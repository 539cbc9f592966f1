from __future__ import annotations

import pytest

from tradewind.aws.table import Item
from tradewind_tools.simulation.shortages import Shortages

ORDER = "order-1"


def stock(available: int) -> Item:
    return {"variantId": "mug", "available": available}


def reservation(status: str) -> Item:
    return {"orderId": ORDER, "number": 0, "status": status, "units": {"mug": 2}}


@pytest.fixture
def shortages() -> Shortages:
    """Five mugs; between 10 and 20 one is left."""
    shortages = Shortages()
    for at_ms, available in ((0, 5), (10, 1), (20, 5)):
        shortages.record_stock(stock(available), at_ms)
    return shortages


@pytest.mark.parametrize(
    ("wanted", "since_ms", "until_ms", "was_short"),
    [(2, 0, 9, False), (2, 5, 10, True), (2, 12, 15, True), (2, 21, 30, False), (1, 0, 30, False), (6, 0, 5, True)],
)
def test_stock_was_short_at_some_moment_between_two(
    shortages: Shortages, wanted: int, since_ms: int, until_ms: int, *, was_short: bool
) -> None:
    assert shortages.was_short_of({"mug": wanted, "no stock": 9}, since_ms, until_ms) is was_short


@pytest.mark.parametrize(("is_ahead", "was_short"), [(True, False), (False, True)])
def test_what_is_held_ahead_of_an_order_is_held_for_whoever_asks_again(*, is_ahead: bool, was_short: bool) -> None:
    shortages = Shortages()
    ahead = {"GSI2PK": "UNPLACED#0"} if is_ahead else {}
    for at_ms, available, held in ((0, 2, None), (5, 0, reservation("held") | ahead)):
        shortages.record_stock(stock(available), at_ms)
        shortages.record_hold(None, held)
        shortages.record_commit("mug", at_ms)
    assert shortages.was_short_of({"mug": 2}, 6, 9)
    assert shortages.was_short_of({"mug": 2}, 6, 9, beside_own_hold=True) is was_short


@pytest.mark.parametrize(
    ("course", "was_short"),
    [
        ([("held", 0)], False),
        ([("held", 0), ("released", 5)], True),
        ([("held", 0), ("released", 5), ("held", 8)], False),
        ([("held", 0), ("released", 5), ("held", 12), ("committed", 13)], True),
        ([("held", 0), ("released", 21)], False),
    ],
)
def test_order_was_short_while_its_reservation_was_lost_and_too_little_was_left(
    shortages: Shortages, course: list[tuple[str, int]], *, was_short: bool
) -> None:
    for status, at_ms in course:
        shortages.record_reservation(reservation(status), at_ms)
    assert shortages.was_order_short(ORDER, 0, 30) is was_short


def test_shortage_that_was_over_before_counts_no_more(shortages: Shortages) -> None:
    for status, at_ms in (("released", 5), ("held", 25)):
        shortages.record_reservation(reservation(status), at_ms)
    assert not shortages.was_order_short(ORDER, 22, 30)
