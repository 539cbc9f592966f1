"""The refusals of payments."""

from __future__ import annotations

from tradewind.kernel.errors import Malformed, NotFound, Unauthenticated, Unavailable


class ProviderNotFound(NotFound):
    """The shop does not accept payments through this provider."""


class PaymentNotFound(NotFound):
    """There is no payment for this order yet, or there is no such order."""


class ProviderUnavailable(Unavailable):
    """The payment provider does not answer at the moment; it is safe to try again."""


class InvalidSignature(Unauthenticated):
    """The webhook is not signed by the provider, or its signature is too old."""


class InvalidWebhook(Malformed):
    """The webhook's signature is valid, but its body is not what the provider documents."""
