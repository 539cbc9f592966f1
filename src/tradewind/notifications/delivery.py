"""Sending a notification of an event to a customer, once."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from tradewind.aws.table import ConditionFailed
from tradewind.kernel.events import Event
from tradewind.notifications import reads, rendering, writes
from tradewind.notifications.email_templates import EmailTemplate, TemplateContext
from tradewind.notifications.errors import OptedOut, SendInProgress, Undeliverable
from tradewind.notifications.model import Notification, NotificationStatus
from tradewind.shop import Shop


class SendOutcome(StrEnum):
    SENT = "Sent"
    ALREADY_SENT = "AlreadySent"


def send_email_once(template: EmailTemplate, event: Event, shop: Shop) -> str:
    """Send the email about `event`, unless it was sent before.

    Returns a SendOutcome, or the name of the reason why it is undeliverable. Raises SendInProgress or MailRefused: try
    again later. A second email can only go out where the mail service took the first and its answer was lost.
    """
    try:
        context = _load_context(template, event, shop)
    except Undeliverable as reason:
        return type(reason).__name__
    mail = rendering.render_mail(template, context, shop.settings)
    notification = Notification(
        notification_id=event.event_id,
        user_id=context.recipient.user_id,
        kind=event.type,
        subject=mail.subject,
        status=NotificationStatus.PENDING,
        created_at=event.occurred_at,
        order_id=context.order_id,
    )
    return send_once(notification, lambda: shop.mailer.send(mail), shop)


def send_once(notification: Notification, send: Callable[[], str], shop: Shop) -> str:
    """Send a notification by `send`, which returns the sending service's id for it, unless it was sent before.

    Returns a SendOutcome. Raises SendInProgress, and what `send` raises.
    """
    if not _claim(notification, shop):
        return SendOutcome.ALREADY_SENT
    message_id = send()
    shop.table.write(writes.mark_sent(notification, message_id, shop.clock.now()))
    return SendOutcome.SENT


def _load_context(template: EmailTemplate, event: Event, shop: Shop) -> TemplateContext:
    """Raises Undeliverable."""
    context = template.load(event, shop)
    if template.is_reminder and not reads.find_preferences(shop.table, context.recipient.user_id).reminders:
        raise OptedOut
    return context


def _claim(notification: Notification, shop: Shop) -> bool:
    """Claim the notification, and return whether it is ours to send; False when it is sent. Raises SendInProgress."""
    try:
        shop.table.write(writes.claim_notification(notification, shop.clock.now()))
    except ConditionFailed:
        if reads.is_sent(shop.table, notification):
            return False
        raise SendInProgress from None
    return True
