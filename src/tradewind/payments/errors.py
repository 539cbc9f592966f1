"""What can be refused about payments."""

from __future__ import annotations

from tradewind.kernel.errors import Malformed, NotFound, Unauthenticated, Unavailable


class ProviderNotFound(NotFound):
    """The shop does not take money through this provider."""


class PaymentNotFound(NotFound):
    """Nobody has been asked to pay for such an order yet, or there is no such order."""


class ProviderSilent(Unavailable):
    """The payment provider does not answer just now; trying again is safe."""


class BadSignature(Unauthenticated):
    """The notice is not signed by the provider, or it was signed too long ago."""


class UnreadableNotice(Malformed):
    """The notice is signed, but it is not what the provider documents."""
