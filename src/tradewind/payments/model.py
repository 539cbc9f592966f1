"""A payment of an order, its states, and the ledger: an append-only list of the money that moved.

Balances are a fold over the ledger by the provider's reference, so that duplicates and disorder converge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tradewind.kernel.events import EventData
from tradewind.kernel.states import StateTable

FIRST_ATTEMPT = 1
"""The number of an order's payment: there is no second attempt yet."""


class PaymentState(StrEnum):
    REQUESTED = "requested"
    AWAITING = "awaiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUNDED = "refunded"


CANCELLED = "Cancelled"
"""The failure of a payment whose order was cancelled first, or whose charge the provider does not know."""

TIMED_OUT = "PaymentTimeout"
"""The failure of a payment whose method did not answer while the stock was held."""

ANSWER_WITHIN = timedelta(days=3)
"""How long a payment method that answers later may take: the stock is held as long."""

CHECK_AFTER = timedelta(minutes=10)
"""How long the shop waits for a webhook before it asks the provider."""

RECHECK_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
)
"""When a payment that was abandoned without the provider's final status is looked up again: it may still be charged.

No request travels for minutes, and a provider forgets its key after a day: the last check is well beyond both.
"""

_PAYMENT_ID = re.compile("([0-9A-HJKMNP-TV-Z]{26})-([1-9][0-9]?)")

# A payment that failed may still succeed: a provider's approval can come late, and then it is refunded.
PAYMENT_STATES = StateTable(
    "payment",
    PaymentState.REQUESTED,
    {
        PaymentState.REQUESTED: (PaymentState.AWAITING, PaymentState.SUCCEEDED, PaymentState.FAILED),
        PaymentState.AWAITING: (PaymentState.SUCCEEDED, PaymentState.FAILED),
        PaymentState.SUCCEEDED: (PaymentState.REFUNDED,),
        PaymentState.FAILED: (PaymentState.SUCCEEDED,),
        PaymentState.REFUNDED: (),
    },
)


class Payment(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One attempt to charge one order; `payment_id` is also the provider's idempotency key."""

    payment_id: str
    order_id: str
    customer_id: str
    attempt: int
    state: PaymentState
    amount_minor: int
    currency: str
    created_at: datetime
    updated_at: datetime
    provider_reference: str | None = None
    failure: str | None = None

    @property
    def was_charged(self) -> bool:
        return self.state in (PaymentState.SUCCEEDED, PaymentState.REFUNDED)

    @property
    def is_pending(self) -> bool:
        """The provider's final answer is not known; if it was cancelled before that, it may still be charged."""
        is_cancelled = self.state is PaymentState.FAILED and self.failure == CANCELLED
        return is_cancelled or self.state in (PaymentState.REQUESTED, PaymentState.AWAITING)


def parse_payment_id(payment_id: str) -> tuple[str, int] | None:
    """The order's id and the attempt's number in a payment's id; None when it is not one of ours."""
    found = _PAYMENT_ID.fullmatch(payment_id)
    return (found[1], int(found[2])) if found else None


class LedgerKind(StrEnum):
    CHARGED = "charged"
    REFUNDED = "refunded"


class LedgerEntry(msgspec.Struct, frozen=True, rename="camel"):
    """Money that moved: `reference` is the provider's id of the movement, which counts once however often it comes."""

    entry_id: str
    order_id: str
    kind: LedgerKind
    reference: str
    amount_minor: int
    currency: str
    at: datetime


class Balance(msgspec.Struct, frozen=True, rename="camel"):
    """In minor units of the order's currency."""

    charged: int
    refunded: int

    @property
    def kept(self) -> int:
        return self.charged - self.refunded


def balance(entries: Iterable[LedgerEntry]) -> Balance:
    """The sums of the ledger, each movement once: neither the order of the entries nor repetition matters."""
    amounts = {(entry.kind, entry.reference): entry.amount_minor for entry in entries}
    return Balance(
        charged=sum(amount for (kind, _), amount in amounts.items() if kind is LedgerKind.CHARGED),
        refunded=sum(amount for (kind, _), amount in amounts.items() if kind is LedgerKind.REFUNDED),
    )


class WebhookEventType(StrEnum):
    """What a provider's webhook can report."""

    CHARGE_SUCCEEDED = "charge_succeeded"
    CHARGE_FAILED = "charge_failed"
    REFUND_SUCCEEDED = "refund_succeeded"
    IGNORED = "ignored"


class PaymentWebhookReceived(EventData, frozen=True):
    """A provider reported a charge or a refund by a webhook; `reference` is its id of the movement.

    Of a refund that was made at the provider itself, `refund_id` is empty and `payment_id` may be: then
    `charge_reference`, the provider's id of the charge, leads to the payment.
    """

    provider: str
    webhook_event_id: str
    webhook_event_type: WebhookEventType
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    reason: str
    charge_reference: str = ""
    refund_id: str = ""


class PaymentSucceeded(EventData, frozen=True):
    """An order was charged; `resume` where no run of the checkout waits for it, so that one has to begin."""

    order_id: str
    customer_id: str
    payment_id: str
    amount_minor: int
    currency: str
    resume: bool


class PaymentFailed(EventData, frozen=True):
    """An order was not charged, for this `reason`; `resume` as for PaymentSucceeded."""

    order_id: str
    customer_id: str
    payment_id: str
    reason: str
    resume: bool


class RefundIssued(EventData, frozen=True):
    """Money went back to the customer."""

    order_id: str
    customer_id: str
    refund_id: str
    amount_minor: int
    currency: str
    reason: str
