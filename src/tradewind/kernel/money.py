"""Money as integer minor units of an ISO 4217 currency; it is a decimal only at the edge.

The table is list one of ISO 4217, the currencies in use, as published on 2026-01-01 by its maintenance agency
(https://www.six-group.com/en/products-services/financial-information/data-standards.html), without those that nothing
can be priced in: metals, units of account and codes for tests have no minor unit.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal

from msgspec import Meta

from tradewind.kernel.errors import Detail, InvalidAmount

MAX_MINOR = 10**14
"""The largest amount the shop handles, in minor units: totals stay exact in every JSON reader (below 2**53)."""

_BY_MINOR_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
        "CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
        "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU "
        "MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR "
        "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED "
        "VES WST XAD XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_DIGITS: Final = {code: digits for digits, codes in _BY_MINOR_DIGITS.items() for code in codes.split()}
"""How many decimals each currency in use has, by its code."""

if TYPE_CHECKING:
    Currency = str
else:
    Currency = Annotated[
        Literal[tuple(sorted(MINOR_DIGITS))],
        Meta(description="the ISO 4217 code of a currency in use, in capitals", examples=["USD"]),
    ]

_USUAL_MINOR_DIGITS = 2
"""Of a currency that has gone out of use since an order was placed in it."""


def minor_digits(currency: str) -> int:
    """How many decimals `currency` (ISO 4217 code) has: JPY 0, EUR 2, KWD 3."""
    return MINOR_DIGITS.get(currency, _USUAL_MINOR_DIGITS)


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
    check_not_negative(price, field)
    return minor


def check_not_negative(price: Decimal, field: str = "price") -> None:
    """Raises InvalidAmount when a price is negative, or no number."""
    if price.is_nan() or price < 0:
        raise _invalid("A price cannot be negative.", field)


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount as people write it, with exactly the currency's decimals."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def round_half_up(amount: Decimal) -> int:
    """To whole minor units, a half away from zero: what an invoice does."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _invalid(message: str, field: str) -> InvalidAmount:
    return InvalidAmount(message, (Detail(field, message),))
