"""Giving up a payment that nobody waits for any more, without losing sight of its money.

Where the provider still waits for its customer, the charge is called off, so that it can never be made. Where the
provider knows nothing of it, the question may still be on its way: it is looked for again, a bounded number of times.
"""

from __future__ import annotations

from datetime import datetime

from tradewind.payments.model import LOOK_AGAIN_AFTER, Payment
from tradewind.payments.provider import Charge, ChargeOutcome
from tradewind.shop import Shop


def called_off(payment: Payment, answer: Charge | None, shop: Shop) -> Charge | None:
    """The provider's last word on a payment of which it has said `answer`; None when it knows nothing of it.

    Raises ProviderTimeout.
    """
    if answer is None or answer.outcome is not ChargeOutcome.AWAITING:
        return answer
    return shop.provider.cancel(payment.payment_id, answer.reference)


def look_again_at(last_word: Charge | None, now: datetime) -> datetime | None:
    """When a payment that is given up is looked for first; None when it can never be charged."""
    can_be_charged = last_word is None or last_word.outcome is ChargeOutcome.AWAITING
    return now + LOOK_AGAIN_AFTER[0] if can_be_charged else None


def next_look(payment: Payment, now: datetime) -> datetime | None:
    """When a payment that was given up is looked for after `now`; None when `now` is the last time."""
    moments = (payment.updated_at + after for after in LOOK_AGAIN_AFTER)
    return next((moment for moment in moments if moment > now), None)
