"""Money as integer minor units of an ISO 4217 currency; it is a decimal only at the edge.

Minor units: ISO 4217:2015, list one, column "Mnr unt". Every currency that is not listed here has two.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from tradewind.kernel.errors import Detail, InvalidAmount

MAX_MINOR = 10**14
"""The largest amount the shop handles, in minor units: totals stay exact in every JSON reader (below 2**53)."""

_MINOR_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF"), 0
    ),
    **dict.fromkeys(("XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_USUAL_MINOR_DIGITS = 2


def minor_digits(currency: str) -> int:
    """How many decimals `currency` (ISO 4217 code) has: JPY 0, EUR 2, KWD 3."""
    return _MINOR_DIGITS.get(currency, _USUAL_MINOR_DIGITS)


def to_minor(amount: Decimal, currency: str, field: str = "price") -> int:
    """The amount in minor units; exact. Raises InvalidAmount, about `field`, rather than round."""
    if not amount.is_finite() or amount.adjusted() > len(str(MAX_MINOR)):
        raise _invalid(f"{amount:.6g} is not an amount of {currency} that the shop can handle.", field)
    minor = int(amount.scaleb(minor_digits(currency)))
    if to_decimal(minor, currency) != amount:
        raise _invalid(f"{amount} has more decimals than {currency} has: at most {minor_digits(currency)}.", field)
    if abs(minor) > MAX_MINOR:
        raise _invalid(f"{amount} {currency} is more than the shop can handle.", field)
    return minor


def price_to_minor(price: Decimal, currency: str, field: str = "price") -> int:
    """The same for what something costs. Raises InvalidAmount when it is negative, too."""
    minor = to_minor(price, currency, field)
    if minor < 0:
        raise _invalid("A price cannot be negative.", field)
    return minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount as people write it, with exactly the currency's decimals."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def round_half_up(amount: Decimal) -> int:
    """To whole minor units, a half away from zero: what an invoice does."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _invalid(message: str, field: str) -> InvalidAmount:
    return InvalidAmount(message, (Detail(field, message),))
