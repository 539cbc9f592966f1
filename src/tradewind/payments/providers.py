"""Which provider takes the payments: the one that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tradewind.aws.secrets import Secrets, list_verifying_keys
from tradewind.kernel.clock import Clock
from tradewind.payments.errors import UnknownProvider
from tradewind.payments.fake import SECRET_PURPOSE, FakeProvider
from tradewind.payments.fake_books import Books
from tradewind.payments.provider import PaymentProvider

if TYPE_CHECKING:
    from tradewind.aws.table import Table
    from tradewind.settings import Settings


def provider(settings: Settings, secrets: Secrets, clock: Clock, table: Callable[[], Table]) -> PaymentProvider:
    """The fake keeps its books in `table`. Raises UnknownProvider."""
    match settings.payment_provider:
        case "fake":
            secret = settings.secret_name(SECRET_PURPOSE)
            books = Books(table, clock)
            return FakeProvider(lambda: [key.secret_string for key in list_verifying_keys(secrets, secret)], books)
        case "stripe":
            from tradewind.payments.stripe.provider import stripe_provider  # noqa: PLC0415 - a shop has one provider

            return stripe_provider(settings, secrets, clock)
        case unknown:
            raise UnknownProvider(f"PAYMENT_PROVIDER is {unknown!r}; there are: fake, stripe")
