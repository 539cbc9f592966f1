"""How long an order waits for a payment method that answers later: its stock is held as long, and then given back."""

from __future__ import annotations

from datetime import timedelta

from tradewind.identity.public import find_contact
from tradewind.shop import Shop


def answer_within(customer_id: str, shop: Shop) -> timedelta:
    """By the settings; who has not verified an email address holds stock for less time, until that is done."""
    customer, settings = find_contact(shop.table, customer_id), shop.settings
    is_verified = customer is not None and customer.email_verified
    return timedelta(hours=settings.answer_hours if is_verified else settings.unverified_answer_hours)
