"""Wording of emails and short messages: amounts, dates, reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tradewind.kernel.countries import write_address
from tradewind.kernel.money import to_decimal
from tradewind.ordering.public import Address

_REFUNDED = "If you were charged, you will get a full refund."
_NOT_CHARGED = "You have not been charged."

_CANCEL_REASONS = {
    "CardDeclined": f"Your card was declined. {_NOT_CHARGED}",
    "InsufficientFunds": f"There were not enough funds on your card. {_NOT_CHARGED}",
    "UnknownPaymentMethod": f"The payment method was not recognised. {_NOT_CHARGED}",
    "OutOfStock": f"An item in your order has sold out. {_REFUNDED}",
    "CustomerInactive": f"Your account is not active. {_NOT_CHARGED}",
    "InvalidOrder": f"The order's total did not match its items. {_NOT_CHARGED}",
    "PaymentTimeout": f"Your payment was not confirmed in time. {_REFUNDED}",
    "CustomerRequest": _REFUNDED,
    "ShopRequest": f"We are unable to send the order. {_REFUNDED}",
}
_OTHER_CANCEL_REASON = f"We were unable to complete the order. {_REFUNDED}"
_CUSTOMERS_OWN = frozenset({"CustomerRequest"})

_PAYMENT_METHODS = {"stripe": "by card (Stripe)", "fake": "with the test provider (no money was charged)"}


_SYMBOLS: Final = {
    "AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹",
    "JPY": "JP¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "TWD": "NT$", "USD": "US$", "VND": "₫",
}  # fmt: skip
"""What British English writes for a currency where that can mean no other; the rest keep their ISO 4217 codes.

Those of Unicode's CLDR for en-GB: https://cldr.unicode.org/translation/currency-names-and-symbols
"""

_SYMBOLS_OF_GSM_7: Final = frozenset("$£¥€")
"""In GSM's 7-bit alphabet (3GPP TS 23.038); any other would make a short message of 160 characters three of them."""


def amount(minor: int, currency: str) -> str:
    """`£1,234.50`, or `1,234.50 CHF` where there is no symbol: exactly the currency's decimals."""
    return _write_amount(minor, currency, _SYMBOLS.get(currency, ""))


def sms_amount(minor: int, currency: str) -> str:
    """The same in letters that a short message has room for."""
    symbol = _SYMBOLS.get(currency, "")
    is_plain = all(letter.isascii() or letter in _SYMBOLS_OF_GSM_7 for letter in symbol)
    return _write_amount(minor, currency, symbol if is_plain else "")


def day(moment: datetime) -> str:
    """`21 November 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    """`21 November 2026, 03:04 UTC`."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


_PROGRAMS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)
"""What programs call themselves, the more particular first: Edge calls itself Chrome, too, and both Safari."""


def device(user_agent: str) -> str:
    """Name a browser and its system; nothing of what a program calls itself gets into the text itself."""
    program = next((name for mark, name in _PROGRAMS if mark in user_agent), "a program that we do not know")
    system = next((f" on {name}" for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{program}{system}"


def cancellation(code: str) -> str:
    """How an email says that an order was cancelled; the shop apologises unless the customer asked for it."""
    if code in _CUSTOMERS_OWN:
        return "we have cancelled your order, as you asked."
    return "we are sorry, but we had to cancel your order."


def cancel_reason(code: str) -> str:
    """Why an order was cancelled, and what it means for the payment; `code` is the reason of OrderCancelled."""
    return _CANCEL_REASONS.get(code, _OTHER_CANCEL_REASON)


def payment_method(provider: str) -> str:
    """How an order was paid, by the name of the payment provider."""
    return _PAYMENT_METHODS.get(provider, f"through {provider}")


def address_lines(address: Address) -> list[str]:
    """The lines of an address as the post of its country wants them, the country's English name last."""
    return write_address(
        address.country,
        {
            "N": address.name,
            "A": "\n".join(filter(None, (address.street, address.street2))),
            "C": address.city,
            "S": address.region,
            "Z": address.postal_code.upper(),
        },
    )


def _write_amount(minor: int, currency: str, symbol: str) -> str:
    figure = f"{abs(to_decimal(minor, currency)):,f}"
    sign = "-" if minor < 0 else ""
    return f"{sign}{symbol}{figure}" if symbol else f"{sign}{figure} {currency}"


def one_line(text: str) -> str:
    """The text with every run of white space as one space: a name must not break a line of plain text."""
    return " ".join(text.split())
