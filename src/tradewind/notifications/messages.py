"""Requests and responses of notification preferences."""

from __future__ import annotations

from msgspec import Struct


class UpdateEmailPreferences(Struct, frozen=True):
    """`reminders`: emails about a cart that was left, or an address that is not verified."""

    reminders: bool


class SmsPreferences(Struct, frozen=True):
    """`orders`: a message when an order is confirmed and when it is sent, to the phone number of the profile."""

    orders: bool


class UpdateNotificationPreferences(Struct, frozen=True):
    email: UpdateEmailPreferences
    sms: SmsPreferences


class EmailPreferences(Struct, frozen=True):
    """`orders` is always true: emails about orders and the account cannot be turned off."""

    orders: bool
    reminders: bool


class NotificationPreferences(Struct, frozen=True):
    email: EmailPreferences
    sms: SmsPreferences
