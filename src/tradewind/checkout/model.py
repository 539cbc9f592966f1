"""What passes between the steps of the saga: a business outcome is a value, and a Choice state decides on it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import msgspec

LONGEST_RUN = timedelta(minutes=5)
"""Step Functions ends an Express run after this time, wherever it stands.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

STUCK_AFTER = 2 * LONGEST_RUN
"""No run is at work any more on an order that was placed, or cancelled, this long ago and is not through."""

HOPELESS_AFTER = timedelta(hours=1)
"""An order that has not come through by then was resumed a dozen times: a person must look."""


class Outcome(StrEnum):
    """What a step can come to. The names are those that the state machine's choices compare with."""

    VALID = "Valid"
    RESERVED = "Reserved"
    PAID = "Paid"
    COMMITTED = "Committed"
    CONFIRMED = "Confirmed"
    CANCELLED = "Cancelled"
    DECIDED = "Decided"
    AWAITING_PAYMENT = "AwaitingPayment"
    CARD_DECLINED = "CardDeclined"
    INSUFFICIENT_FUNDS = "InsufficientFunds"
    PAYMENT_TIMEOUT = "PaymentTimeout"
    OUT_OF_STOCK = "OutOfStock"
    CUSTOMER_INACTIVE = "CustomerInactive"
    INVALID_ORDER = "InvalidOrder"
    REFUNDED = "Refunded"
    NOTHING_TO_REFUND = "NothingToRefund"
    RELEASED = "Released"


class StepInput(msgspec.Struct, frozen=True, rename="camel"):
    """Every step is told which order; `reason` is why the run gives up, once it does."""

    order_id: str
    customer_id: str
    correlation_id: str
    reason: str = ""


class StepResult(msgspec.Struct, frozen=True, rename="camel"):
    outcome: Outcome
