"""Telling a customer of an event, once."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from tradewind.aws.table import ConditionFailed
from tradewind.kernel.events import Event
from tradewind.notifications import rendering, store
from tradewind.notifications.errors import BeingSent, NotWished, Undeliverable
from tradewind.notifications.letters import Letter, Matter
from tradewind.notifications.model import Notification, NotificationStatus
from tradewind.shop import Shop


class Outcome(StrEnum):
    SENT = "Sent"
    ALREADY_SENT = "AlreadySent"


def deliver(letter: Letter, event: Event, shop: Shop) -> str:
    """Send the letter that tells of `event`, unless it was sent before.

    Returns an Outcome, or the name of what made it undeliverable. Raises BeingSent or MailRefused: try again later.
    A second mail can only go out where the mail service took the first and its answer was lost.
    """
    try:
        matter = _matter(letter, event, shop)
    except Undeliverable as reason:
        return type(reason).__name__
    mail = rendering.mail(letter, matter, shop.settings)
    notification = Notification(
        notification_id=event.event_id,
        user_id=matter.to.user_id,
        kind=event.type,
        subject=mail.subject,
        status=NotificationStatus.PENDING,
        created_at=event.occurred_at,
        order_id=matter.order_id,
    )
    return send_once(notification, lambda: shop.mailer.send(mail), shop)


def send_once(notification: Notification, send: Callable[[], str], shop: Shop) -> str:
    """Send what the notification tells, unless it was sent before; `send` returns the sending service's id for it.

    Returns an Outcome. Raises BeingSent, and what `send` raises.
    """
    if not _claim(notification, shop):
        return Outcome.ALREADY_SENT
    message_id = send()
    shop.table.write(store.sent(notification, message_id, shop.clock.now()))
    return Outcome.SENT


def _matter(letter: Letter, event: Event, shop: Shop) -> Matter:
    """Raises Undeliverable."""
    matter = letter.load(event, shop)
    if letter.is_reminder and not store.preferences(shop.table, matter.to.user_id).reminders:
        raise NotWished
    return matter


def _claim(notification: Notification, shop: Shop) -> bool:
    """Whether the notification is ours to send; False when it is sent already. Raises BeingSent."""
    try:
        shop.table.write(store.claimed(notification, shop.clock.now()))
    except ConditionFailed:
        if _stands_as_sent(notification, shop):
            return False
        raise BeingSent from None
    return True


def _stands_as_sent(notification: Notification, shop: Shop) -> bool:
    item = shop.table.get(store.key(notification.user_id, notification.notification_id), consistent=True)
    return item is not None and store.from_item(item).status is NotificationStatus.SENT
