from __future__ import annotations

import pytest

from tradewind.cart.model import Availability, availability


@pytest.mark.parametrize(
    ("quantity", "available", "expected"),
    [
        (3, None, Availability.AVAILABLE),
        (3, 4, Availability.AVAILABLE),
        (3, 3, Availability.AVAILABLE),
        (3, 2, Availability.INSUFFICIENT),
        (3, 1, Availability.INSUFFICIENT),
        (3, 0, Availability.UNAVAILABLE),
    ],
)
def test_availability_compares_the_quantity_with_what_can_be_bought(
    quantity: int, available: int | None, expected: Availability
) -> None:
    assert availability(quantity, available) is expected
