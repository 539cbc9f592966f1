"""How a letter says things: amounts, dates, reasons."""

from __future__ import annotations

from datetime import datetime

from tradewind.kernel.money import to_decimal

_REFUNDED = "Should anything have been charged, you get it back in full."
_NOT_CHARGED = "Nothing was charged."

_REASONS = {
    "CardDeclined": f"Your card was declined. {_NOT_CHARGED}",
    "InsufficientFunds": f"Your card did not have enough funds. {_NOT_CHARGED}",
    "OutOfStock": f"Something you ordered has sold out meanwhile. {_REFUNDED}",
    "CustomerInactive": f"Your account is not active. {_NOT_CHARGED}",
    "InvalidOrder": f"The order was not in order: its lines and its total do not agree. {_NOT_CHARGED}",
    "PaymentTimeout": f"Your payment was not confirmed in time. {_REFUNDED}",
    "TechnicalFailure": f"Something went wrong on our side, and we are sorry. {_REFUNDED}",
    "CustomerRequest": _REFUNDED,
    "ShopRequest": f"We could not send it, and we are sorry. {_REFUNDED}",
}
_PAID = {"stripe": "by card, through Stripe", "fake": "with the test provider: no money has moved"}
_SOME_REASON = f"We could not complete it. {_REFUNDED}"
_CUSTOMERS_OWN = frozenset({"CustomerRequest"})


def amount(minor: int, currency: str) -> str:
    """`1,234.50 USD`: exactly the currency's decimals."""
    return f"{to_decimal(minor, currency):,f} {currency}"


def day(moment: datetime) -> str:
    """`21 November 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    """`21 November 2026, 03:04 UTC`."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def cancellation(code: str) -> str:
    """How the letter begins to say that an order was cancelled: nobody apologises for what was asked for."""
    if code in _CUSTOMERS_OWN:
        return "as you asked, we have cancelled your order."
    return "we are sorry: we had to cancel your order."


def reason(code: str) -> str:
    """Why an order was cancelled, and what became of the money; codes are those of the event OrderCancelled."""
    return _REASONS.get(code, _SOME_REASON)


def paid(provider: str) -> str:
    """How an order was paid, by the name of the provider that took the money."""
    return _PAID.get(provider, f"through {provider}")


def one_line(text: str) -> str:
    """A name in a plain text must not break its line."""
    return " ".join(text.split())
