"""A payment of an order, its states, and the ledger: an append-only list of what was asked and answered.

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


class PaymentState(StrEnum):
    REQUESTED = "requested"
    AWAITING = "awaiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUNDED = "refunded"


GIVEN_UP = "Cancelled"
"""The failure of a payment that was never made, because its order was cancelled first."""

TIMED_OUT = "PaymentTimeout"
"""The failure of a payment whose method did not answer while the stock was held for it."""

ANSWER_WITHIN = timedelta(days=3)
"""How long a payment method that answers later may take: so long the stock is held."""

ASK_AFTER = timedelta(minutes=10)
"""When the provider is asked about a payment whose webhook has not come."""

LOOK_AGAIN_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
)
"""When the provider is asked again about a payment that was given up without its word: it may still be charged.

No request travels for minutes, and a provider forgets its key after a day: the last look is well beyond both.
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
    def is_unanswered(self) -> bool:
        """Nobody has heard what the provider says: also when it was given up for that."""
        given_up = self.state is PaymentState.FAILED and self.failure == GIVEN_UP
        return given_up or self.state in (PaymentState.REQUESTED, PaymentState.AWAITING)


def parted(payment_id: str) -> tuple[str, int] | None:
    """The order and the attempt that a payment's id names; None when it is not one of ours."""
    found = _PAYMENT_ID.fullmatch(payment_id)
    return (found[1], int(found[2])) if found else None


class LedgerKind(StrEnum):
    CHARGED = "charged"
    REFUNDED = "refunded"


class LedgerEntry(msgspec.Struct, frozen=True, rename="camel"):
    """Money that moved: `reference` names the movement at the provider, and counts once however often it is told."""

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
    """What the ledger adds up to; the order of the entries and their repetition do not matter."""
    amounts = {(entry.kind, entry.reference): entry.amount_minor for entry in entries}
    return Balance(
        charged=sum(amount for (kind, _), amount in amounts.items() if kind is LedgerKind.CHARGED),
        refunded=sum(amount for (kind, _), amount in amounts.items() if kind is LedgerKind.REFUNDED),
    )


class WebhookEventType(StrEnum):
    """What a provider can tell of its own accord."""

    CHARGE_SUCCEEDED = "charge_succeeded"
    CHARGE_FAILED = "charge_failed"
    REFUND_SUCCEEDED = "refund_succeeded"
    IGNORED = "ignored"


class PaymentWebhookReceived(EventData, frozen=True):
    """A provider has told what became of a charge or a refund; `reference` is its own id of the movement.

    Of a refund that the shop did not ask for, `payment_id` may be empty, and `refund_id` is: then `charge_reference`,
    the provider's own id of what was charged, leads to the payment.
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
    """`resume` when no run of the saga waits for it: one is to begin."""

    order_id: str
    customer_id: str
    payment_id: str
    amount_minor: int
    currency: str
    resume: bool


class PaymentFailed(EventData, frozen=True):
    """`resume` as for PaymentSucceeded."""

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
