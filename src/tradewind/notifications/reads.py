"""Reads of notifications and preferences, and the keys of their items."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Table
from tradewind.kernel.partitions import user_partition
from tradewind.kernel.privacy import Erasure, Privacy
from tradewind.notifications.model import Notification, Preferences
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Notification",
        "USER#<userId>",
        "NOTIFICATION#<eventId>",
        note="of a short message: <eventId>#sms",
        privacy=Privacy(
            Erasure.REMOVE,
            exported=("kind", "channel", "subject", "status", "reason", "orderId", "createdAt", "sentAt"),
        ),
    ),
    ItemKind(
        "Preferences",
        "USER#<userId>",
        "PREFERENCES",
        note="the defaults count until a customer sets some",
        privacy=Privacy(Erasure.REMOVE, exported=("reminders", "orderSms", "remindersSince", "orderSmsSince")),
    ),
)

prepare_types(Notification, Preferences)


def notification_key(user_id: str, notification_id: str) -> Key:
    return Key(user_partition(user_id), f"NOTIFICATION#{notification_id}")


def preferences_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "PREFERENCES")


def notification_from(item: Item) -> Notification:
    return msgspec.convert(item, Notification)


def find_preferences(table: Table, user_id: str, *, consistent: bool = False) -> Preferences:
    """Find a customer's preferences: the defaults until they set some."""
    item = table.get(preferences_key(user_id), consistent=consistent)
    return msgspec.convert(item, Preferences) if item else Preferences()


def find_recorded(table: Table, notification: Notification) -> Notification | None:
    """What the table says of the notification at this moment."""
    item = table.get(notification_key(notification.user_id, notification.notification_id), consistent=True)
    return notification_from(item) if item else None
