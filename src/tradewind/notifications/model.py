"""Notifications, and the preferences of those who get them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tradewind.kernel.states import StateTable

INVENTORY_TEAM = "INVENTORY-TEAM"
"""In the place of a customer's id in what is for those who look after the stock."""


class NotificationStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    NOT_SENT = "not_sent"


NOTIFICATION_STATES = StateTable(
    "notification",
    NotificationStatus.PENDING,
    {
        NotificationStatus.PENDING: (NotificationStatus.SENT, NotificationStatus.NOT_SENT),
        NotificationStatus.SENT: (),
        NotificationStatus.NOT_SENT: (),
    },
)


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class Preferences(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which notifications a customer wants beside those that always come; the defaults hold until they set some.

    `reminders` are emails about a cart or an unverified address, `order_sms` short messages about orders. Who turned
    one on has it about what happens from that moment on.
    """

    reminders: bool = True
    order_sms: bool = False
    reminders_since: datetime | None = None
    order_sms_since: datetime | None = None

    def set_at(self, now: datetime, *, reminders: bool, order_sms: bool) -> Preferences:
        """The preferences after a change at that moment."""
        return Preferences(
            reminders=reminders,
            order_sms=order_sms,
            reminders_since=_since(now, was_on=self.reminders, is_on=reminders, since=self.reminders_since),
            order_sms_since=_since(now, was_on=self.order_sms, is_on=order_sms, since=self.order_sms_since),
        )

    def wants_reminder_of(self, moment: datetime) -> bool:
        """Whether the customer wants to be reminded of what happened then."""
        return self.reminders and _covers(self.reminders_since, moment)

    def wants_sms_of(self, moment: datetime) -> bool:
        """Whether the customer wants a short message about what happened then to an order."""
        return self.order_sms and _covers(self.order_sms_since, moment)


class Notification(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The record of a notification of one event to one customer, or to INVENTORY_TEAM; it is kept for good.

    Its id follows from the event's, so that no channel decides about an event twice. `kind` is the event's type,
    `message_id` the sending service's id for the message, `reason` why none was sent: the
    name of an Undeliverable, or the code of the service that refused it.
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
    reason: str | None = None

    @property
    def is_decided(self) -> bool:
        """Whether it was sent, or never will be."""
        return self.status is not NotificationStatus.PENDING


def _since(now: datetime, *, was_on: bool, is_on: bool, since: datetime | None) -> datetime | None:
    if not is_on:
        return None
    return since if was_on else now


def _covers(since: datetime | None, moment: datetime) -> bool:
    return since is None or since <= moment
