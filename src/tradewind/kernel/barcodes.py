"""Numbers of goods (GTIN), of which the last digit checks the others.

https://www.gs1.org/services/how-calculate-check-digit-manually
"""

from __future__ import annotations


def is_gtin(digits: str) -> bool:
    """Whether a number's check digit is right; its length is not looked at."""
    total = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(reversed(digits)))
    return total % 10 == 0
