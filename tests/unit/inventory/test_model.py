from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.inventory.errors import NotEnoughStock, StockReserved
from tradewind.inventory.model import (
    MAX_VARIANTS,
    Stock,
    StockAdjusted,
    StockLow,
    apply_adjustment,
    apply_count,
    plan_reservations,
    stock_events,
    watch_level,
)

FEW = 5
UNITS = st.integers(0, 1_000)
STOCKS = st.builds(
    Stock, variant_id=st.just("shirt"), available=UNITS, reserved=UNITS, sold=UNITS, version=st.integers(1, 99)
)


def stock_of(available: int, reserved: int = 0) -> Stock:
    return Stock(variant_id="shirt", available=available, reserved=reserved, sold=3, version=7)


def test_on_hand_is_available_and_reserved() -> None:
    assert stock_of(4, reserved=2).on_hand == 6


@given(STOCKS, UNITS)
def test_a_count_sets_what_is_on_hand_or_is_refused_below_what_is_reserved(stock: Stock, units: int) -> None:
    if units < stock.reserved:
        with pytest.raises(StockReserved):
            apply_count(stock, units)
        return
    after = apply_count(stock, units)
    assert (after.on_hand, after.reserved, after.sold) == (units, stock.reserved, stock.sold)
    assert after.version == stock.version + 1


@given(STOCKS, st.integers(-1_000, 1_000))
def test_an_adjustment_changes_what_is_available_or_is_refused_below_zero(stock: Stock, change: int) -> None:
    if change < -stock.available:
        with pytest.raises(NotEnoughStock):
            apply_adjustment(stock, change)
        return
    after = apply_adjustment(stock, change)
    assert (after.available, after.reserved, after.sold) == (stock.available + change, stock.reserved, stock.sold)
    assert after.version == stock.version + 1


def test_refusals_say_how_many_units_there_are() -> None:
    with pytest.raises(StockReserved) as reserved:
        apply_count(stock_of(4, reserved=2), 1)
    with pytest.raises(NotEnoughStock) as short:
        apply_adjustment(stock_of(4, reserved=2), -5)
    assert [detail.message for detail in reserved.value.details] == ["2 reserved"]
    assert [detail.message for detail in short.value.details] == ["4 left"]


def test_event_of_a_change_has_what_is_available_after_it() -> None:
    assert stock_events(stock_of(20), apply_adjustment(stock_of(20), -3)) == (StockAdjusted("shirt", "shirt", -3, 17),)


def test_a_count_that_finds_what_was_expected_has_no_event() -> None:
    assert stock_events(stock_of(20, reserved=4), apply_count(stock_of(20, reserved=4), 24)) == ()


@given(st.lists(st.integers(0, 12), max_size=30))
def test_low_stock_has_an_event_each_time_that_it_falls_to_few_units_and_none_before_there_were_more(
    levels: list[int],
) -> None:
    stock, is_told, expected, told = stock_of(12), False, [], []
    for available in levels:
        after = watch_level(stock, apply_adjustment(stock, available - stock.available), FEW)
        told += [event.available for event in stock_events(stock, after) if isinstance(event, StockLow)]
        if available > FEW:
            is_told = False
        elif not is_told and available < stock.available:
            expected.append(available)
            is_told = True
        stock = after
    assert told == expected


@given(st.dictionaries(st.integers(0, 400).map(lambda n: f"p{n}"), st.integers(1, 9), max_size=300))
def test_reservations_hold_everything_once_and_each_fits_a_transaction(units: dict[str, int]) -> None:
    reservations = plan_reservations("01KAJ0RDER0000000000000001", units, START + timedelta(minutes=15))
    assert {name: count for each in reservations for name, count in each.units.items()} == units
    assert sum(len(each.units) for each in reservations) == len(units)
    assert all(1 <= len(each.units) <= MAX_VARIANTS for each in reservations)
    assert [each.number for each in reservations] == list(range(len(reservations)))
