"""Requests and responses of notification preferences."""

from __future__ import annotations

from msgspec import Struct

from tradewind.edge.messages import RequestMessage


class UpdateEmailPreferences(RequestMessage, frozen=True):
    """`reminders`: emails about a cart that was left, or an address that is not verified.

    `orders` may be sent back as it was read: it stays true.
    """

    reminders: bool
    orders: bool = True


class SmsPreferences(RequestMessage, frozen=True):
    """`orders`: a message when an order is confirmed and when it is sent, to the phone number of the profile."""

    orders: bool


class UpdateNotificationPreferences(RequestMessage, frozen=True):
    email: UpdateEmailPreferences
    sms: SmsPreferences


class EmailPreferences(Struct, frozen=True):
    """`orders` is always true: emails about orders and the account cannot be turned off."""

    orders: bool
    reminders: bool


class NotificationPreferences(Struct, frozen=True):
    email: EmailPreferences
    sms: SmsPreferences
