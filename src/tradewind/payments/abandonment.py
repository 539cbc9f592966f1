"""Abandoning a payment that nobody waits for any more, without losing sight of its money.

Where the provider still waits for its customer, the charge is cancelled there, so that it can never be made. Where the
provider does not know the charge, the request for it may still be on its way: the provider is asked again, a bounded
number of times.
"""

from __future__ import annotations

from datetime import datetime

from tradewind.payments.model import RECHECK_AFTER, Payment
from tradewind.payments.provider import Charge
from tradewind.shop import Shop


def cancel_charge(payment: Payment, charge: Charge | None, shop: Shop) -> Charge | None:
    """Cancel a charge that the provider still awaits. Raises ProviderTimeout.

    `charge` is what the provider says of it now; returns its final status, None when the provider does not know it.
    """
    if charge is None or not charge.is_awaiting:
        return charge
    return shop.provider.cancel(payment.payment_id, charge.reference)


def first_check_at(final_status: Charge | None, now: datetime) -> datetime | None:
    """When a payment that is abandoned now is checked first; None when it can never be charged."""
    may_be_charged = final_status is None or final_status.is_awaiting
    return now + RECHECK_AFTER[0] if may_be_charged else None


def next_check_at(payment: Payment, now: datetime) -> datetime | None:
    """When a payment that was abandoned is checked next; None when `now` is the last time."""
    moments = (payment.updated_at + after for after in RECHECK_AFTER)
    return next((moment for moment in moments if moment > now), None)
