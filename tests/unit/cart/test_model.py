from __future__ import annotations

import pytest

from tradewind.cart.model import Availability, availability


@pytest.mark.parametrize(
    ("wanted", "available", "answer"),
    [
        (3, None, Availability.AVAILABLE),
        (3, 4, Availability.AVAILABLE),
        (3, 3, Availability.AVAILABLE),
        (3, 2, Availability.INSUFFICIENT),
        (3, 1, Availability.INSUFFICIENT),
        (3, 0, Availability.UNAVAILABLE),
    ],
)
def test_what_a_line_asks_for_is_there_or_partly_or_not(
    wanted: int, available: int | None, answer: Availability
) -> None:
    assert availability(wanted, available) is answer
