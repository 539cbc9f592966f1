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


class Notification(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One event told to one customer; its id is the event's, so that no event is told twice.

    `kind` is the event's type, `message_id` the mail service's name for the mail.
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
