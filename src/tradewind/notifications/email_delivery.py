"""Sending the email about an event."""

from __future__ import annotations

import msgspec

from tradewind.kernel.events import Event
from tradewind.notifications import reads, rendering
from tradewind.notifications.delivery import new_notification, record_refusal, send_once
from tradewind.notifications.email_templates import EmailTemplate, TemplateContext
from tradewind.notifications.errors import OptedOut, Undeliverable
from tradewind.notifications.model import Channel
from tradewind.notifications.unsubscribe_links import find_unsubscribe_url
from tradewind.shop import Shop


def send_email_once(template: EmailTemplate, event: Event, shop: Shop) -> str:
    """Send the email about `event`, unless it was decided before.

    Returns a SendOutcome, or the name of the reason why it is undeliverable. Raises SendInProgress or MailRefused: try
    again later. A second email can only go out where the mail service took the first and its answer was lost.
    """
    notification = new_notification(event, Channel.EMAIL)
    try:
        context = _load_context(template, event, shop)
    except Undeliverable as reason:
        return record_refusal(notification, reason, shop)
    unsubscribe_url = find_unsubscribe_url(context.recipient.user_id, shop) if template.is_reminder else ""
    mail = rendering.render_mail(template, context, shop.settings, unsubscribe_url)
    notification = msgspec.structs.replace(notification, subject=mail.subject)
    return send_once(notification, lambda: shop.mailer.send(mail), shop)


def _load_context(template: EmailTemplate, event: Event, shop: Shop) -> TemplateContext:
    """Raises Undeliverable."""
    context = template.load(event, shop)
    if template.is_reminder:
        preferences = reads.find_preferences(shop.table, context.recipient.user_id, consistent=True)
        if not preferences.wants_reminder_of(event.occurred_at):
            raise OptedOut
    return context
