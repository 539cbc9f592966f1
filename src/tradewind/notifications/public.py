"""What other services may ask of notifications."""

from __future__ import annotations

from tradewind.aws.table import Table
from tradewind.notifications import store


def wants_reminders(table: Table, user_id: str) -> bool:
    """Whether a customer is to get mails that tell of nothing that happened to an order or the account."""
    return store.preferences(table, user_id).reminders
