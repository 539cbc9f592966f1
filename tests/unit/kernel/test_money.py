from __future__ import annotations

from decimal import Decimal

import iso4217
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.money import (
    MAX_MINOR,
    MINOR_DIGITS,
    Currency,
    minor_digits,
    price_to_minor,
    round_half_up,
    to_decimal,
    to_minor,
)

CURRENCIES = st.sampled_from(["JPY", "USD", "KWD", "CLF"])
AMOUNTS = st.integers(-MAX_MINOR, MAX_MINOR)


@pytest.mark.parametrize(
    ("currency", "digits"), [("JPY", 0), ("XOF", 0), ("USD", 2), ("KWD", 3), ("CLF", 4), ("BGN", 2)]
)
def test_minor_digits(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


def test_currencies_are_those_that_iso_4217_lists_with_a_minor_unit() -> None:
    assert {each.code: each.exponent for each in iso4217.Currency if each.exponent is not None} == MINOR_DIGITS


@pytest.mark.parametrize("code", ["ZZZ", "GPB", "usd", "XXX", "XAU", "BGN", "", "US", "USD\n"])
def test_code_of_no_currency_in_use_is_refused(code: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(code, Currency)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.99", "USD", 1299),
        ("12.9", "USD", 1290),
        ("1.2E+1", "USD", 1200),
        ("-0.01", "EUR", -1),
        ("500", "JPY", 500),
        ("500.00", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("-0", "USD", 0),
    ],
)
def test_to_minor(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "USD"), ("0.5", "JPY"), ("1.2345", "KWD"), ("1." + "0" * 40 + "1", "USD"), ("1E-999999", "USD")],
)
def test_more_decimals_than_the_currency_has_are_refused(amount: str, currency: str) -> None:
    with pytest.raises(InvalidAmount, match="more decimals"):
        to_minor(Decimal(amount), currency)


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999", "1000000000000.01", "-1E+13"])
def test_what_the_shop_cannot_handle_is_refused(amount: str) -> None:
    with pytest.raises(InvalidAmount, match="can handle"):
        to_minor(Decimal(amount), "USD")


@pytest.mark.parametrize("price", ["-0.01", "-1", "NaN", "-Infinity", "0.001"])
def test_price_that_is_none_is_refused(price: str) -> None:
    with pytest.raises(InvalidAmount):
        price_to_minor(Decimal(price), "USD")


@pytest.mark.parametrize("price", ["-1", "NaN", "0.001", "1E+13", "9" * 400])
def test_refusal_names_the_field_in_a_few_words(price: str) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        price_to_minor(Decimal(price), "USD", "maxPrice")
    [detail] = refusal.value.details
    assert (detail.field, detail.message) == ("maxPrice", refusal.value.message)
    assert len(detail.message) < 100


def test_price_may_be_nothing() -> None:
    assert price_to_minor(Decimal("-0.00"), "USD") == 0
    assert price_to_minor(Decimal("0.01"), "USD") == 1


def test_largest_amount_is_handled() -> None:
    assert to_minor(to_decimal(MAX_MINOR, "USD"), "USD") == MAX_MINOR


@given(minor=AMOUNTS, currency=CURRENCIES)
def test_decimal_and_back_is_the_same(minor: int, currency: str) -> None:
    assert to_minor(to_decimal(minor, currency), currency) == minor


@given(minor=AMOUNTS, currency=CURRENCIES)
def test_decimal_has_exactly_the_decimals_of_its_currency(minor: int, currency: str) -> None:
    assert to_decimal(minor, currency).as_tuple().exponent == -minor_digits(currency)


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("0.49", 0), ("7", 7)]
)
def test_half_is_rounded_away_from_zero(amount: str, rounded: int) -> None:
    assert round_half_up(Decimal(amount)) == rounded


@given(st.decimals(-(10**12), 10**12, places=6))
def test_rounding_moves_by_at_most_a_half(amount: Decimal) -> None:
    assert abs(round_half_up(amount) - amount) <= Decimal("0.5")
    assert round_half_up(-amount) == -round_half_up(amount)
