"""Why a letter is not sent: for good, or not yet."""

from __future__ import annotations

from tradewind.kernel.errors import RetryLater


class Undeliverable(Exception):
    """There is nobody to tell, or nothing to tell of; another attempt would find the same."""


class CustomerGone(Undeliverable):
    """The customer is no longer there."""


class NoAddress(Undeliverable):
    """The customer has no mail address."""


class OrderGone(Undeliverable):
    """The order is no longer there."""


class AddressUnverified(Undeliverable):
    """Nobody knows whether the customer reads the mails to this address: it gets none that it can do without."""


class AlreadyVerified(Undeliverable):
    """The address was verified meanwhile."""


class CartEmpty(Undeliverable):
    """Nothing that can be bought is in the cart any more."""


class NoTelephone(Undeliverable):
    """The customer has no telephone, or not with its country's code."""


class NotWished(Undeliverable):
    """The customer does not want to be told in this way."""


class BeingSent(RetryLater):
    """Another delivery of the same event is sending the letter just now, or died at it: come again later."""
