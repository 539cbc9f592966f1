"""In the table: `USER#<userId>` / `NOTIFICATION#<eventId>`, and `USER#<userId>` / `PREFERENCES`."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Absent, AnyOf, AtMost, Equals, Item, Key, Put, Table, Update
from tradewind.kernel.clock import epoch_seconds, iso
from tradewind.notifications.model import Notification, NotificationStatus, Preferences

SENDING = timedelta(seconds=60)
"""How long a sender may take: longer than the function may run, shorter than the queue hides what it has handed out."""


def key(user_id: str, notification_id: str) -> Key:
    return Key(f"USER#{user_id}", f"NOTIFICATION#{notification_id}")


def from_item(item: Item) -> Notification:
    return msgspec.convert(item, Notification)


def preferences(table: Table, user_id: str) -> Preferences:
    item = table.get(_preferences_key(user_id))
    return msgspec.convert(item, Preferences) if item else Preferences()


def preferred(user_id: str, wanted: Preferences) -> Put:
    pk, sk = _preferences_key(user_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(wanted)})


def claimed(notification: Notification, now: datetime) -> Put:
    """The write by which one sender takes the notification; it fails while another has it, and once it is sent."""
    pk, sk = key(notification.user_id, notification.notification_id)
    claim = {"PK": pk, "SK": sk, "claimedUntil": epoch_seconds(now + SENDING), **msgspec.to_builtins(notification)}
    return Put(claim, when=(AnyOf((Absent(), AtMost("claimedUntil", epoch_seconds(now)))),))


def sent(notification: Notification, message_id: str, now: datetime) -> Update:
    """The write that says the mail service has the mail; nobody can claim the notification after it."""
    return Update(
        key(notification.user_id, notification.notification_id),
        set={"status": NotificationStatus.SENT.value, "sentAt": iso(now), "messageId": message_id},
        remove=("claimedUntil",),
        when=(Equals("status", NotificationStatus.PENDING.value),),
    )


def _preferences_key(user_id: str) -> Key:
    return Key(f"USER#{user_id}", "PREFERENCES")
