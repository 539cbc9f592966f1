"""Which provider takes the payments: the one that the settings name."""

from __future__ import annotations

from tradewind.payments.fake import SECRET_PURPOSE, FakeProvider
from tradewind.payments.provider import PaymentProvider
from tradewind.shop import Shop


class UnknownProvider(ValueError):
    """The settings name a payment provider that there is not."""


def provider(shop: Shop) -> PaymentProvider:
    """Raises UnknownProvider."""
    name = shop.settings.payment_provider
    if name == "fake":
        return FakeProvider(lambda: _valid_values(shop, SECRET_PURPOSE))
    raise UnknownProvider(f"PAYMENT_PROVIDER is {name!r}; there is: fake")


def _valid_values(shop: Shop, purpose: str) -> list[str]:
    """The secret's value, and the one before its last rotation."""
    name = shop.settings.secret_name(purpose)
    previous = shop.secrets.previous(name)
    return [shop.secrets.current(name).secret_string, *([previous.secret_string] if previous else [])]
