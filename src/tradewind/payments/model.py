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
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"


CHARGED_STATES = (PaymentState.SUCCEEDED, PaymentState.REFUNDED, PaymentState.DISPUTED, PaymentState.CHARGED_BACK)
"""Those of a payment whose charge was made: which of them follows from its ledger and its disputes."""

CANCELLED = "Cancelled"
"""The failure of a payment whose order was cancelled first, or whose charge the provider does not know."""

TIMED_OUT = "PaymentTimeout"
"""The failure of a payment whose method did not answer while the stock was held."""

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
        PaymentState.FAILED: (PaymentState.SUCCEEDED,),
        **{state: tuple(other for other in CHARGED_STATES if other is not state) for state in CHARGED_STATES},
    },
)


def sources_of_answer(to: PaymentState) -> tuple[PaymentState, ...]:
    """The states from which a provider's answer to a charge leads to another."""
    return tuple(state for state in PAYMENT_STATES.sources(to) if state not in CHARGED_STATES)


class Payment(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One attempt to charge one order; `payment_id` is also the provider's idempotency key.

    `version` counts what moved money since it was charged: refunds, and disputes.
    """

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
    version: int = 0

    @property
    def was_charged(self) -> bool:
        return self.state in CHARGED_STATES

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
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    REINSTATED = "reinstated"


class LedgerEntry(msgspec.Struct, frozen=True, rename="camel"):
    """Money that moved: `reference` is the provider's id of the movement, which counts once however often it comes.

    A refund that failed has the reference of the refund, money that was reinstated that of its dispute.
    """

    entry_id: str
    order_id: str
    kind: LedgerKind
    reference: str
    amount_minor: int
    currency: str
    at: datetime


class Balance(msgspec.Struct, frozen=True, rename="camel"):
    """In minor units of the order's currency; `disputed` is what the provider has taken back for disputes."""

    charged: int
    refunded: int
    disputed: int = 0

    @property
    def kept(self) -> int:
        return self.charged - self.refunded - self.disputed


def balance(entries: Iterable[LedgerEntry]) -> Balance:
    """The sums of the ledger, each movement once: neither the order of the entries nor repetition matters."""
    amounts = {kind: dict[str, int]() for kind in LedgerKind}
    for entry in entries:
        amounts[entry.kind][entry.reference] = entry.amount_minor
    failed, reinstated = amounts[LedgerKind.REFUND_FAILED], amounts[LedgerKind.REINSTATED]
    refunded = {name: amount for name, amount in amounts[LedgerKind.REFUNDED].items() if name not in failed}
    disputed = {name: amount - reinstated.get(name, 0) for name, amount in amounts[LedgerKind.DISPUTED].items()}
    charged = amounts[LedgerKind.CHARGED]
    return Balance(sum(charged.values()), sum(refunded.values()), sum(disputed.values()))


class DisputeState(StrEnum):
    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


DISPUTE_STATES = StateTable(
    "dispute",
    DisputeState.INQUIRY,
    {
        DisputeState.INQUIRY: (DisputeState.OPEN, DisputeState.WON, DisputeState.LOST),
        DisputeState.OPEN: (DisputeState.WON, DisputeState.LOST),
        DisputeState.WON: (DisputeState.LOST,),  # a bank may take its decision back, both ways
        DisputeState.LOST: (DisputeState.WON,),
    },
)


class Dispute(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A charge that the customer disputes with their bank; `dispute_id` is the provider's id of it.

    An inquiry may become a dispute and takes no money; `reason` is the bank's word for it.
    """

    dispute_id: str
    order_id: str
    payment_id: str
    state: DisputeState
    amount_minor: int
    currency: str
    reason: str
    opened_at: datetime
    updated_at: datetime

    @property
    def is_won(self) -> bool:
        """Nobody has to do anything about it any more; one that is lost costs the shop money."""
        return self.state is DisputeState.WON


def state_of_charged(money: Balance, disputes: Iterable[Dispute]) -> PaymentState:
    """The state of a payment that was charged: whether the shop has money of it, and why it has none."""
    states = {dispute.state for dispute in disputes}
    if DisputeState.OPEN in states:
        return PaymentState.DISPUTED
    if money.kept > 0 or money.charged == 0:
        return PaymentState.SUCCEEDED
    return PaymentState.CHARGED_BACK if DisputeState.LOST in states else PaymentState.REFUNDED


class DisputeStanding(msgspec.Struct, frozen=True, rename="camel"):
    """How a dispute stands, and whether its money was withdrawn from the shop, and given back to it."""

    state: DisputeState
    is_withdrawn: bool = False
    is_reinstated: bool = False


class WebhookEventType(StrEnum):
    """What a provider's webhook can report."""

    CHARGE_SUCCEEDED = "charge_succeeded"
    CHARGE_FAILED = "charge_failed"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_FAILED = "refund_failed"
    DISPUTE_CHANGED = "dispute_changed"
    IGNORED = "ignored"


class PaymentWebhookReceived(EventData, frozen=True):
    """A provider reported a charge, a refund or a dispute by a webhook; `reference` is its id of that.

    Of what was not made by the shop, `refund_id` is empty and `payment_id` may be: then `charge_reference`, the
    provider's id of the charge, leads to the payment. `note` says why a refund failed, or a charge is disputed;
    `dispute` is the state of the dispute, and what it has moved.
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
    note: str = ""
    dispute: DisputeStanding | None = None


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


class RefundFailed(EventData, frozen=True):
    """A refund could not be made, or its money came back: the customer does not have it."""

    order_id: str
    customer_id: str
    refund_id: str
    amount_minor: int
    currency: str
    reason: str


class DisputeOpened(EventData, frozen=True):
    """A customer disputes a charge with their bank, or inquires about it: the provider has to be answered in time."""

    order_id: str
    customer_id: str
    dispute_id: str
    state: DisputeState
    amount_minor: int
    currency: str
    reason: str


class DisputeClosed(EventData, frozen=True):
    """A dispute was won or lost, which `state` says."""

    order_id: str
    customer_id: str
    dispute_id: str
    state: DisputeState
