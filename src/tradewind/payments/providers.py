"""Which provider takes the payments: the one that the settings name."""

from __future__ import annotations

from tradewind.payments.fake import FakeProvider
from tradewind.payments.provider import PaymentProvider


class UnknownProvider(ValueError):
    """The settings name a payment provider that there is not."""


def provider(name: str) -> PaymentProvider:
    """Raises UnknownProvider."""
    if name == "fake":
        return FakeProvider()
    raise UnknownProvider(f"PAYMENT_PROVIDER is {name!r}; there is: fake")
