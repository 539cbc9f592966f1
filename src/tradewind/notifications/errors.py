"""Why a notification is not sent: never, or not yet; and why a link does not turn them off."""

from __future__ import annotations

from tradewind.kernel.errors import RetryLater, Unprocessable


class Undeliverable(Exception):
    """The notification cannot or need not be sent; another attempt would find the same."""


class CustomerGone(Undeliverable):
    """The customer does not exist any more."""


class NoEmailAddress(Undeliverable):
    """The customer has no email address."""


class AddressBounces(Undeliverable):
    """Mail to the address came back for good."""


class RecipientComplained(Undeliverable):
    """The owner of the address called a mail of the shop spam."""


class AddressNotMailable(Undeliverable):
    """The address is none that mail can go to; it is from before such addresses were refused."""


class OrderGone(Undeliverable):
    """The order does not exist any more."""


class ProductGone(Undeliverable):
    """The product does not exist any more, or its stock is not tracked."""


class AddressUnverified(Undeliverable):
    """The email address is not verified: it gets no emails that the customer can do without."""


class AlreadyVerified(Undeliverable):
    """The email address was verified meanwhile."""


class NothingToBuy(Undeliverable):
    """The cart has nothing left that can be bought."""


class NoPhoneNumber(Undeliverable):
    """The customer has no phone number, or not with its country's code."""


class OptedOut(Undeliverable):
    """The customer's preferences say that they do not want this notification."""


class AccountNotActive(Undeliverable):
    """The account is disabled: nobody can do what the notification asks for."""


class LinkExpired(Undeliverable):
    """The link that the email is about is not valid any more; another can be requested."""


class OutOfDate(Undeliverable):
    """What the notification says is not true any more."""


class InvalidUnsubscribeLink(Unprocessable):
    """The token is not that of a link in one of the shop's reminders, or its key is gone."""


class NotOneClick(Unprocessable):
    """The form does not say that its sender wants to unsubscribe."""


class SendInProgress(RetryLater):
    """Another delivery of the same event is sending the notification, or died at it: try again later."""
