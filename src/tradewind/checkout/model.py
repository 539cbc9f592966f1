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
"""An order that was placed, or cancelled, this long ago and is not through has no run any more."""

ALERT_AFTER = timedelta(hours=1)
"""An order that is not through by then was resumed a dozen times: an operator must look."""


class StepOutcome(StrEnum):
    """The outcomes of the steps, as the state machine's choices compare them."""

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
    UNKNOWN_PAYMENT_METHOD = "UnknownPaymentMethod"
    PAYMENT_TIMEOUT = "PaymentTimeout"
    OUT_OF_STOCK = "OutOfStock"
    CUSTOMER_INACTIVE = "CustomerInactive"
    INVALID_ORDER = "InvalidOrder"
    SHOP_REQUEST = "ShopRequest"
    REFUNDED = "Refunded"
    NOTHING_TO_REFUND = "NothingToRefund"
    RELEASED = "Released"


class OrderReference(msgspec.Struct, frozen=True, rename="camel"):
    """What the checkout needs of an order's event."""

    order_id: str
    customer_id: str


class RunInput(msgspec.Struct, frozen=True, rename="camel"):
    """Which order a run is about."""

    order_id: str
    customer_id: str
    correlation_id: str


class StepInput(RunInput, frozen=True, rename="camel"):
    """The same for a step; `reason` is the outcome for which the run cancels the order, once it does."""

    reason: str = ""


class StepResult(msgspec.Struct, frozen=True, rename="camel"):
    outcome: StepOutcome
