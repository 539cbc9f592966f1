"""The operations of notifications: a customer's own preferences."""

from __future__ import annotations

from tradewind.aws.table import TableBusy
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.notifications import reads, writes
from tradewind.notifications.messages import (
    EmailPreferences,
    NotificationPreferences,
    SmsPreferences,
    UpdateNotificationPreferences,
)
from tradewind.notifications.model import Preferences
from tradewind.shop import Shop


@endpoint(role=Role.CUSTOMER)
def get_preferences(request: Request[Empty, Empty], shop: Shop) -> NotificationPreferences:
    """Get notification preferences."""
    return _view(reads.find_preferences(shop.table, request.caller.user_id))


@endpoint(role=Role.CUSTOMER, body=UpdateNotificationPreferences, errors=(TableBusy,))
def update_preferences(request: Request[UpdateNotificationPreferences, Empty], shop: Shop) -> NotificationPreferences:
    """Update notification preferences."""
    body, user_id = request.body, request.caller.user_id
    known = reads.find_preferences(shop.table, user_id)
    preferences = known.set_at(shop.clock.now(), reminders=body.email.reminders, order_sms=body.sms.orders)
    shop.table.write(writes.save_preferences(user_id, preferences))
    return _view(preferences)


def _view(preferences: Preferences) -> NotificationPreferences:
    email = EmailPreferences(orders=True, reminders=preferences.reminders)
    return NotificationPreferences(email, SmsPreferences(orders=preferences.order_sms))
