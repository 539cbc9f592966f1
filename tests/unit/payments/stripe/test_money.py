from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.payments.stripe.errors import AmountNotPayable
from tradewind.payments.stripe.money import from_stripe, to_stripe


@pytest.mark.parametrize(
    ("amount_minor", "currency", "expected"),
    [
        (1099, "USD", 1099),
        (500, "JPY", 500),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (500, "MGA", 5),
        (5120, "KWD", 5120),
        (1000, "HUF", 1000),
        (800_45, "TWD", 800_45),
    ],
)
def test_amounts_are_converted_to_stripes_unit(amount_minor: int, currency: str, expected: int) -> None:
    assert to_stripe(amount_minor, currency) == expected
    assert from_stripe(expected, currency) == amount_minor


@pytest.mark.parametrize(("amount_minor", "currency"), [(5124, "KWD"), (501, "MGA"), (1, "TND")])
def test_amount_is_refused_rather_than_rounded(amount_minor: int, currency: str) -> None:
    with pytest.raises(AmountNotPayable, match=currency):
        to_stripe(amount_minor, currency)


def test_fraction_of_a_minor_unit_is_refused() -> None:
    with pytest.raises(AmountNotPayable, match="550 of ISK"):
        from_stripe(550, "ISK")


@given(st.integers(0, 10**12), st.sampled_from(["USD", "JPY", "ISK", "UGX", "KWD", "MGA", "EUR", "KRW", "BHD"]))
def test_amount_is_the_same_there_and_back(amount_minor: int, currency: str) -> None:
    try:
        amount = to_stripe(amount_minor, currency)
    except AmountNotPayable:
        return
    assert from_stripe(amount, currency) == amount_minor
