"""What customers say of how they want to be told, and what they are answered."""

from __future__ import annotations

from msgspec import Struct


class EmailWishes(Struct, frozen=True):
    """Mails about orders and the account always come; `reminders` are those that a customer can do without."""

    reminders: bool


class SmsWishes(Struct, frozen=True):
    """`orders`: a message when an order is confirmed and when it is sent, to the telephone of the profile."""

    orders: bool


class SetWishes(Struct, frozen=True):
    email: EmailWishes
    sms: SmsWishes


class EmailChannel(Struct, frozen=True):
    orders: bool
    reminders: bool


class SmsChannel(Struct, frozen=True):
    orders: bool


class WishesView(Struct, frozen=True):
    """`email.orders` is always true."""

    email: EmailChannel
    sms: SmsChannel
