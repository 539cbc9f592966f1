from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.kernel.money import MAX_MINOR, minor_digits, to_decimal
from tradewind.notifications.wording import amount, cancel_reason, cancellation, day, minute, one_line
from tradewind.ordering.public import CancelReason


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (123_450, "USD", "1,234.50 USD"),
        (5, "USD", "0.05 USD"),
        (0, "EUR", "0.00 EUR"),
        (1_234_567, "JPY", "1,234,567 JPY"),
        (0, "JPY", "0 JPY"),
        (1_234_567, "KWD", "1,234.567 KWD"),
        (-1_999, "GBP", "-19.99 GBP"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(minor: int, currency: str, written: str) -> None:
    assert amount(minor, currency) == written


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_amount_parses_back_to_the_same_value(minor: int, currency: str) -> None:
    figure, code = amount(minor, currency).split()
    assert (Decimal(figure.replace(",", "")), code) == (to_decimal(minor, currency), currency)
    assert len(figure.partition(".")[2]) == minor_digits(currency)


def test_days_are_written_out() -> None:
    assert day(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) == "1 March 2026"


def test_moments_are_written_with_their_zone() -> None:
    assert minute(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) == "1 March 2026, 23:59 UTC"


@pytest.mark.parametrize("code", ["CardDeclined", "OutOfStock", "PaymentTimeout", "ShopRequest", "", "SomethingNew"])
def test_cancellation_apologises_unless_the_customer_asked_for_it(code: str) -> None:
    assert "sorry" in cancellation(code)
    assert cancellation("CustomerRequest") == "we have cancelled your order, as you asked."


@pytest.mark.parametrize("code", CancelReason)
def test_every_cancel_reason_of_ordering_has_its_own_wording(code: CancelReason) -> None:
    assert cancel_reason(code.value) != cancel_reason("")


@pytest.mark.parametrize("code", ["CardDeclined", "InsufficientFunds", "UnknownPaymentMethod"])
def test_a_refused_card_was_not_charged(code: str) -> None:
    assert cancel_reason(code).endswith("You have not been charged.")


@pytest.mark.parametrize("code", ["OutOfStock", "PaymentTimeout", "CustomerRequest", "", "SomethingNew"])
def test_possible_charge_is_said_to_be_refunded(code: str) -> None:
    assert "you will get a full refund" in cancel_reason(code)


def test_line_breaks_in_a_name_become_spaces() -> None:
    assert one_line(" Two\r\n\tlines\u2028here ") == "Two lines here"
