"""Writes of notifications and preferences; `reads` says where their items stand."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Absent, AnyOf, AtMost, Equals, Item, Put, Update
from tradewind.kernel.clock import epoch_seconds, iso
from tradewind.notifications.model import Notification, NotificationStatus, Preferences
from tradewind.notifications.reads import notification_key, preferences_key

CLAIM_LIFETIME = timedelta(seconds=60)
"""How long a sender may take: longer than the function may run, shorter than the queue hides what it has handed out."""


def save_preferences(user_id: str, preferences: Preferences) -> Put:
    pk, sk = preferences_key(user_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(preferences)})


def turn_reminders_off(user_id: str) -> Update:
    return Update(preferences_key(user_id), set={"reminders": False}, remove=("remindersSince",))


def claim_notification(notification: Notification, now: datetime) -> Put:
    """Claim a notification for one sender; the condition fails while another has it, and once it is decided."""
    claimed_until = epoch_seconds(now + CLAIM_LIFETIME)
    return _put_if_free({"claimedUntil": claimed_until, **msgspec.to_builtins(notification)}, notification, now)


def refuse_notification(notification: Notification, reason: str, now: datetime) -> Put:
    """Record that a notification is never sent, and why; the condition fails as that of a claim does."""
    refused = msgspec.structs.replace(notification, status=NotificationStatus.NOT_SENT, reason=reason)
    return _put_if_free(msgspec.to_builtins(refused), notification, now)


def mark_sent(notification: Notification, message_id: str, now: datetime) -> Update:
    """Mark a notification as sent; nobody can claim it after that."""
    return Update(
        notification_key(notification.user_id, notification.notification_id),
        set={"status": NotificationStatus.SENT.value, "sentAt": iso(now), "messageId": message_id},
        remove=("claimedUntil",),
        when=(Equals("status", NotificationStatus.PENDING.value),),
    )


def mark_refused(notification: Notification, reason: str) -> Update:
    """Mark a claimed notification as one that its service will never take."""
    return Update(
        notification_key(notification.user_id, notification.notification_id),
        set={"status": NotificationStatus.NOT_SENT.value, "reason": reason},
        remove=("claimedUntil",),
        when=(Equals("status", NotificationStatus.PENDING.value),),
    )


def _put_if_free(item: Item, notification: Notification, now: datetime) -> Put:
    pk, sk = notification_key(notification.user_id, notification.notification_id)
    is_free = AnyOf((Absent(), AtMost("claimedUntil", epoch_seconds(now))))
    return Put({"PK": pk, "SK": sk, **item}, when=(is_free,))
