from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.amounts import (
    AmbiguousMarkError,
    DecimalMark,
    decide_mark,
    read_amount,
    read_money,
    read_whole,
)

POINT, COMMA = DecimalMark.POINT, DecimalMark.COMMA


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2.55", "2.55"),
        ("50", "50"),
        (".99", "0.99"),
        ("5.", "5"),
        ("-11062.06", "-11062.06"),
        ("\u22123", "-3"),
        ("+3", "3"),
        ("$1,234.50", "1234.50"),
        ("US$12.50", "12.50"),
        ("1,200", "1200"),
        ("1,234,567", "1234567"),
        ("CHF 1'234.50", "1234.50"),
        ("USD 20.00", "20.00"),
        ("£-3.10", "-3.10"),
        ("-£3.10", "-3.10"),
    ],
)
def test_an_amount_with_a_decimal_point_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read_amount(text, POINT) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("19,99", "19.99"),
        (",99", "0.99"),
        ("1.234,50 €", "1234.50"),
        ("1 299,00 kr", "1299"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234,50\u00a0€", "1234.50"),
        ("1.200", "1200"),
        ("249:-", "249"),
        ("12,50 zł", "12.50"),
    ],
)
def test_an_amount_with_a_decimal_comma_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read_amount(text, COMMA) == Decimal(amount)


@pytest.mark.parametrize("mark", DecimalMark)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "free",
        "ask us",
        "1.2.x",
        "12 apples",
        "--5",
        "-£-5",
        ".",
        "$",
        "1e5",
        "NaN",
        "12 50",
        "1,23,4",
        "xyz 3",
        "(3)",
    ],
)
def test_what_is_not_one_number_is_refused(text: str, mark: DecimalMark) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        read_amount(text, mark)


@pytest.mark.parametrize(
    ("text", "currencies"),
    [("12.50", set()), ("US$12.50", {"USD"}), ("12.50 €", {"EUR"}), ("GBP 3", {"GBP"}), ("CA$ 3", {"CAD"})],
)
def test_a_sign_says_the_currency(text: str, currencies: set[str]) -> None:
    assert read_money(text).currencies == currencies


def test_a_sign_of_several_currencies_may_be_any_of_them() -> None:
    assert {"USD", "CAD", "MXN"} <= read_money("$3").currencies
    assert read_money("$3 CAD").currencies == {"CAD"}


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_separators_and_signs_change_nothing(amount: Decimal) -> None:
    assert read_amount(f"${amount:,.2f}", POINT) == amount
    assert read_amount(f"{amount:,.2f} €".translate(str.maketrans(",.", ".,")), COMMA) == amount


@pytest.mark.parametrize(("text", "number"), [("6", 6), ("-1", -1), ("6.0", 6), ("1,200", 1200)])
def test_a_whole_number_may_be_written_with_decimals(text: str, number: int) -> None:
    assert read_whole(text) == number


def test_half_a_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        read_whole("1.5")


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        ((), POINT),
        (("3", "1 299"), POINT),
        (("1,299", "12.50"), POINT),
        (("1.299", "12,50 kr"), COMMA),
        (("1,299", "1,299.00"), POINT),
        (("1.234.567", "3"), COMMA),
        (("1,234,567",), POINT),
        (("0.125",), POINT),
        (("1234,500",), COMMA),
        ((",125",), COMMA),
    ],
)
def test_the_decimal_mark_is_decided_by_all_numbers_of_a_file(texts: Sequence[str], mark: DecimalMark) -> None:
    assert decide_mark(texts) is mark
    assert decide_mark(reversed(texts)) is mark


@pytest.mark.parametrize("texts", [("1,299",), ("3", "$1.299"), ("1,299", "1.299"), ("1,50", "1.50")])
def test_numbers_that_leave_the_decimal_mark_open_are_asked_about(texts: Sequence[str]) -> None:
    with pytest.raises(AmbiguousMarkError):
        decide_mark(texts)
