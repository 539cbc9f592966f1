"""The consumer of the email queue."""

from __future__ import annotations

from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.notifications.delivery import deliver
from tradewind.notifications.letters import LETTERS
from tradewind.shop import Shop

NO_LETTER = "NoLetter"
"""The outcome of an event that the shop has nothing to say about."""


@queue_consumer
def send_email(event: Event, shop: Shop) -> str:
    """Tell the customer by mail what has happened."""
    letter = LETTERS.get(event.type)
    return deliver(letter, event, shop) if letter else NO_LETTER
