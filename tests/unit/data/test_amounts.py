from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.amounts import read_amount, read_whole


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2.55", "2.55"),
        ("50", "50"),
        ("-11062.06", "-11062.06"),
        ("+3", "3"),
        ("$1,234.50", "1234.50"),
        ("1.234,50 €", "1234.50"),
        ("19,99", "19.99"),
        ("1,200", "1200"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1\u00a0234,50", "1234.50"),
        ("CHF 1'234.50", "1234.50"),
        ("USD 20.00", "20.00"),
        ("£-3.10", "-3.10"),
        ("5.", "5"),
    ],
)
def test_an_amount_reads_as_people_write_it(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "free", "ask us", "1.2.x", "12 apples", "--5", ".", "$", "1e5", "NaN"])
def test_what_is_not_one_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        read_amount(text)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_separators_and_signs_change_nothing(amount: Decimal) -> None:
    assert read_amount(f"${amount:,.2f}") == amount
    assert read_amount(f"{amount:,.2f} €".translate(str.maketrans(",.", ".,"))) == amount


@pytest.mark.parametrize(("text", "number"), [("6", 6), ("-1", -1), ("6.0", 6), ("1,200", 1200)])
def test_a_whole_number_may_be_written_with_decimals(text: str, number: int) -> None:
    assert read_whole(text) == number


def test_half_a_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        read_whole("1.5")
