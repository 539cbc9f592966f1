from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.kernel.money import MAX_MINOR, MINOR_DIGITS, minor_digits, to_decimal
from tradewind.notifications.wording import (
    amount,
    cancel_reason,
    cancellation,
    day,
    device,
    minute,
    one_line,
    sms_amount,
)
from tradewind.ordering.public import CancelReason


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (1_250, "GBP", "£12.50"),
        (123_450, "USD", "US$1,234.50"),
        (123_450, "CAD", "CA$1,234.50"),
        (5, "USD", "US$0.05"),
        (0, "EUR", "€0.00"),
        (1_234_567, "JPY", "JP¥1,234,567"),
        (0, "JPY", "JP¥0"),
        (1_234_567, "KWD", "1,234.567 KWD"),
        (1_250, "CHF", "12.50 CHF"),
        (-1_999, "GBP", "-£19.99"),
        (-1_999, "SEK", "-19.99 SEK"),
    ],
)
def test_amounts_have_symbol_or_code_and_the_decimals_of_their_currency(
    minor: int, currency: str, written: str
) -> None:
    assert amount(minor, currency) == written


def test_no_two_currencies_share_a_symbol() -> None:
    written = [amount(100, currency) for currency in MINOR_DIGITS]
    assert len(set(written)) == len(MINOR_DIGITS)


@pytest.mark.parametrize(
    ("currency", "written"),
    [("GBP", "£1.00"), ("EUR", "€1.00"), ("USD", "US$1.00"), ("INR", "1.00 INR"), ("ILS", "1.00 ILS")],
)
def test_amounts_in_short_messages_keep_to_the_7_bit_alphabet(currency: str, written: str) -> None:
    assert sms_amount(100, currency) == written


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["CHF", "ISK", "KWD", "CLF"]))
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


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/131.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1", "Safari on a Mac"),
        ("curl/8.9", "a program that we do not know"),
        ("", "a program that we do not know"),
    ],
)
def test_device_is_named_by_its_browser_and_system(user_agent: str, words: str) -> None:
    assert device(user_agent) == words
