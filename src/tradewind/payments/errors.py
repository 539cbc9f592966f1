"""What payments refuse, and what goes wrong with them."""

from __future__ import annotations

from tradewind.kernel.errors import Malformed, NotFound, RetryLater, Unauthenticated, Unavailable


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


class ProviderTimeout(Exception):
    """The provider did not answer in time: a charge may have been made or not, which `look_up` finds out."""


class UnknownProvider(ValueError):
    """The settings name a payment provider that does not exist."""


class ProviderNotSetUp(Exception):
    """The provider's secret was never filled in."""


class NotCharged(Exception):
    """A refund was requested of an order that was never charged: a fault of ours, for an operator to look at."""


class RefundMissing(Exception):
    """An event is about a refund that is not in the table: a fault of ours."""


class UnexpectedWebhook(Exception):
    """A webhook that does not match what the shop asked for: an operator must look at it in its dead-letter queue."""


class ChargeNotFoundYet(RetryLater):
    """A refund of what is not known to be charged yet: its webhook has overtaken that of the charge."""
