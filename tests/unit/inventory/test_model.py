from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.inventory.errors import NotEnoughStock, StockReserved
from tradewind.inventory.model import LOW_STOCK, Stock, StockAdjusted, StockLow, adjusted, counted, facts

UNITS = st.integers(0, 1_000)
STOCKS = st.builds(
    Stock, product_id=st.just("shirt"), available=UNITS, reserved=UNITS, sold=UNITS, version=st.integers(1, 99)
)


def stock_of(available: int, reserved: int = 0) -> Stock:
    return Stock(product_id="shirt", available=available, reserved=reserved, sold=3, version=7)


def test_on_hand_is_what_can_be_bought_and_what_orders_hold() -> None:
    assert stock_of(4, reserved=2).on_hand == 6


@given(STOCKS, UNITS)
def test_a_count_is_on_hand_afterwards_or_orders_hold_more(stock: Stock, units: int) -> None:
    if units < stock.reserved:
        with pytest.raises(StockReserved):
            counted(stock, units)
        return
    after = counted(stock, units)
    assert (after.on_hand, after.reserved, after.sold) == (units, stock.reserved, stock.sold)
    assert after.version == stock.version + 1


@given(STOCKS, st.integers(-1_000, 1_000))
def test_an_adjustment_changes_what_is_available_and_never_below_zero(stock: Stock, change: int) -> None:
    if change < -stock.available:
        with pytest.raises(NotEnoughStock):
            adjusted(stock, change)
        return
    after = adjusted(stock, change)
    assert (after.available, after.reserved, after.sold) == (stock.available + change, stock.reserved, stock.sold)
    assert after.version == stock.version + 1


def test_the_refusals_say_how_many_there_are() -> None:
    with pytest.raises(StockReserved) as reserved:
        counted(stock_of(4, reserved=2), 1)
    with pytest.raises(NotEnoughStock) as short:
        adjusted(stock_of(4, reserved=2), -5)
    assert [detail.message for detail in reserved.value.details] == ["2 reserved"]
    assert [detail.message for detail in short.value.details] == ["4 left"]


def test_a_change_is_told_with_what_is_available_after_it() -> None:
    assert facts(stock_of(20), adjusted(stock_of(20), -3)) == (StockAdjusted("shirt", -3, 17),)


def test_a_count_that_finds_what_was_expected_tells_nothing() -> None:
    assert facts(stock_of(20, reserved=4), counted(stock_of(20, reserved=4), 24)) == ()


@given(STOCKS, UNITS)
def test_low_stock_is_told_when_it_becomes_low_and_then_no_more(stock: Stock, available: int) -> None:
    after = adjusted(stock, available - stock.available)
    told = StockLow("shirt", available) in facts(stock, after)
    assert told == (stock.available > LOW_STOCK and available <= LOW_STOCK)
