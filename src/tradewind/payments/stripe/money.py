"""Amounts as Stripe counts them: in its own smallest unit, which is not always ISO 4217's.

https://docs.stripe.com/currencies#zero-decimal and the special cases below it: ISK and UGX have no decimals, but are
counted in hundredths of whole units; MGA has none at Stripe; amounts with three decimals end in 0.
"""

from __future__ import annotations

from tradewind.kernel.money import minor_digits
from tradewind.payments.stripe.errors import AmountNotPayable

_ZERO_DECIMAL = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THREE_DECIMAL = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
_WHOLE_HUNDREDS = frozenset(("ISK", "UGX"))
_USUAL_DIGITS = 2


def to_stripe(amount_minor: int, currency: str) -> int:
    """The amount in Stripe's unit; exact. Raises AmountNotPayable rather than round."""
    amount, rest = _scale(amount_minor, _digits(currency) - minor_digits(currency))
    if rest or amount % _step(currency):
        raise AmountNotPayable(f"Stripe cannot move {amount_minor} minor units of {currency}")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """The amount in minor units. Raises AmountNotPayable when it has a fraction of one."""
    amount_minor, rest = _scale(amount, minor_digits(currency) - _digits(currency))
    if rest:
        raise AmountNotPayable(f"Stripe reports {amount} of {currency}, which is not a whole number of minor units")
    return amount_minor


def _scale(amount: int, digits: int) -> tuple[int, int]:
    """The amount with so many digits more, or fewer, and what is left over."""
    return (amount * 10**digits, 0) if digits >= 0 else divmod(amount, 10**-digits)


def _digits(currency: str) -> int:
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else _USUAL_DIGITS


def _step(currency: str) -> int:
    """Every amount must be a multiple of it."""
    if currency in _WHOLE_HUNDREDS:
        return 100
    return 10 if currency in _THREE_DECIMAL else 1
