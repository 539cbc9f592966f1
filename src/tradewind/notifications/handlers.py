"""The consumer of the email queue."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.aws.mailer import Mailer, ses
from tradewind.edge.consumer import QueueConsumer, queue_consumer
from tradewind.kernel.events import Event
from tradewind.notifications.delivery import deliver
from tradewind.notifications.letters import LETTERS
from tradewind.shop import Shop

NO_LETTER = "NoLetter"
"""The outcome of an event that the shop has nothing to say about."""


def email_sender(mailer: Callable[[], Mailer]) -> QueueConsumer:
    """Make the consumer; it asks for its mailer when there is something to send."""

    @queue_consumer
    def send_email(event: Event, shop: Shop) -> str:
        """Tell the customer by mail what has happened."""
        letter = LETTERS.get(event.type)
        return deliver(letter, event, shop, mailer()) if letter else NO_LETTER

    return send_email


send_email = email_sender(ses)
