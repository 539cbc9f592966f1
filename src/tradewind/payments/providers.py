"""Which provider takes the payments: the one that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tradewind.aws.secrets import verifying_keys
from tradewind.payments.fake import SECRET_PURPOSE, FakeProvider
from tradewind.payments.provider import PaymentProvider
from tradewind.shop import Shop

if TYPE_CHECKING:
    from tradewind.payments.stripe.provider import StripeKeys


class UnknownProvider(ValueError):
    """The settings name a payment provider that there is not."""


class ProviderNotSetUp(Exception):
    """The provider's secret was never filled in."""


def provider(shop: Shop) -> PaymentProvider:
    """Raises UnknownProvider."""
    name = shop.settings.payment_provider
    if name == "fake":
        return FakeProvider(lambda: _valid_values(shop, SECRET_PURPOSE))
    if name == "stripe":
        from tradewind.payments.stripe.provider import StripeProvider  # noqa: PLC0415 - a shop has one provider

        return StripeProvider(shop.settings.stripe_url, lambda: _stripe_keys(shop), shop.clock)
    raise UnknownProvider(f"PAYMENT_PROVIDER is {name!r}; there are: fake, stripe")


def _stripe_keys(shop: Shop) -> StripeKeys:
    """Raises ProviderNotSetUp; the secret's value is never told."""
    from tradewind.payments.stripe.provider import SECRET_PURPOSE as STRIPE  # noqa: PLC0415 - likewise
    from tradewind.payments.stripe.provider import StripeKeys  # noqa: PLC0415 - likewise

    name = shop.settings.secret_name(STRIPE)
    try:
        return msgspec.json.decode(shop.secrets.current(name).secret_string, type=StripeKeys)
    except msgspec.DecodeError:
        raise ProviderNotSetUp(f"the secret {name!r} is not the JSON that docs/payments.md shows") from None


def _valid_values(shop: Shop, purpose: str) -> list[str]:
    """The secret's value, and the one before its last rotation."""
    keys = verifying_keys(shop.secrets, shop.settings.secret_name(purpose))
    return [key.secret_string for key in keys]
