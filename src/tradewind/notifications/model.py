"""Notifications, and the preferences of those who get them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tradewind.kernel.states import StateTable


class NotificationStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"


NOTIFICATION_STATES = StateTable(
    "notification",
    NotificationStatus.PENDING,
    {NotificationStatus.PENDING: (NotificationStatus.SENT,), NotificationStatus.SENT: ()},
)


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class Preferences(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which notifications a customer wants beside those that always come; the defaults hold until they set some.

    `reminders` are emails about a cart or an unverified address, `order_sms` short messages about orders.
    """

    reminders: bool = True
    order_sms: bool = False


class Notification(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The record of a notification of one event to one customer.

    Its id follows from the event's, so that no channel sends an event twice. `kind` is the event's type, `message_id`
    the sending service's id for the message.
    """

    notification_id: str
    user_id: str
    kind: str
    subject: str
    status: NotificationStatus
    created_at: datetime
    sent_at: datetime | None = None
    message_id: str | None = None
    order_id: str | None = None
    channel: Channel = Channel.EMAIL
