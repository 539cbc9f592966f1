"""A notification: the record of what a customer was told."""

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
    """How a customer wants to be told: as here until they say something else."""

    reminders: bool = True
    order_texts: bool = False


class Notification(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One event told to one customer; its id follows from the event's, so that no channel tells an event twice.

    `kind` is the event's type, `message_id` the sending service's name for the message.
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
