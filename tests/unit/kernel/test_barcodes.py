from __future__ import annotations

import pytest

from tradewind.kernel.barcodes import is_gtin


@pytest.mark.parametrize("number", ["96385074", "036000291452", "4006381333931", "9780306406157", "00012345600012"])
def test_number_that_ends_in_its_check_digit_is_right(number: str) -> None:
    """From GS1's and ISBN's own examples, of 8, 12, 13 and 14 digits."""
    assert is_gtin(number)
    for wrong in "0123456789".replace(number[-1], ""):
        assert not is_gtin(number[:-1] + wrong)
