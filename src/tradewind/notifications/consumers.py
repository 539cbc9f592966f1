"""The consumer of the email queue; that of the queue of short messages is in sms.py, which loads no templates."""

from __future__ import annotations

from functools import partial

from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.notifications.email_delivery import send_email_once
from tradewind.notifications.email_templates import EMAIL_TEMPLATES
from tradewind.notifications.rendering import load_templates
from tradewind.shop import Shop, prepare_in_init

NO_TEMPLATE = "NoTemplate"
"""The outcome of an event that no email is about."""

prepare_in_init(load_templates)


@partial(queue_consumer, connects_to=("table", "mailer"))
def send_email(event: Event, shop: Shop) -> str:
    """Send the customer an email about an event."""
    template = EMAIL_TEMPLATES.get(event.type)
    return send_email_once(template, event, shop) if template else NO_TEMPLATE
