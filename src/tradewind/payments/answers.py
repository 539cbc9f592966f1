"""What a provider's answer changes: the payment, the ledger when money moved, and the event that tells of it.

Each list of writes carries the payment's own transition as its condition, and ids that follow from what is told: the
same answer, heard twice or in another order, changes nothing more.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.events import recorded
from tradewind.aws.table import Put, Write
from tradewind.kernel.clock import Clock, derived_ulid
from tradewind.kernel.events import EventData, event
from tradewind.payments import store
from tradewind.payments.model import (
    ASK_AFTER,
    LedgerEntry,
    LedgerKind,
    Payment,
    PaymentFailed,
    PaymentState,
    PaymentSucceeded,
)
from tradewind.payments.provider import Charge, ChargeOutcome


class Hearing(msgspec.Struct, frozen=True):
    """On which occasion an answer is heard; `resume` when no run of the saga waits for it."""

    correlation_id: str
    clock: Clock
    resume: bool = False


def answered(payment: Payment, answer: Charge, hearing: Hearing) -> list[Write]:
    """The writes of whatever the provider has answered."""
    match answer.outcome:
        case ChargeOutcome.APPROVED:
            return approved(payment, answer.reference, hearing)
        case ChargeOutcome.AWAITING:
            now, named = hearing.clock.now(), {"providerReference": answer.reference}
            return [store.transition(payment, PaymentState.AWAITING, now, look_again_at=now + ASK_AFTER, changes=named)]
        case refusal:
            return refused(payment, refusal.value, hearing, answer.reference)


def approved(payment: Payment, reference: str, hearing: Hearing) -> list[Write]:
    """The writes of a charge that was made. A late one stays open: its order may have been cancelled long ago."""
    told = PaymentSucceeded(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        payment_id=payment.payment_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        resume=hearing.resume,
    )
    now = hearing.clock.now()
    look_again_at = now + ASK_AFTER if hearing.resume else None
    entry = ledger_entry(payment, LedgerKind.CHARGED, reference, payment.amount_minor, now)
    return [
        store.transition(
            payment, PaymentState.SUCCEEDED, now, look_again_at=look_again_at, changes={"providerReference": reference}
        ),
        store.recorded(entry),
        told_once(payment, told, payment.payment_id, hearing),
    ]


def refused(
    payment: Payment,
    failure: str,
    hearing: Hearing,
    reference: str | None = None,
    *,
    look_again_at: datetime | None = None,
) -> list[Write]:
    """The writes of a charge that was not made; `look_again_at` when it may be made all the same."""
    told = PaymentFailed(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        payment_id=payment.payment_id,
        reason=failure,
        resume=hearing.resume,
    )
    changes = {"failure": failure} | ({"providerReference": reference} if reference else {})
    return [
        store.transition(
            payment, PaymentState.FAILED, hearing.clock.now(), look_again_at=look_again_at, changes=changes
        ),
        told_once(payment, told, payment.payment_id, hearing),
    ]


def ledger_entry(payment: Payment, kind: LedgerKind, reference: str, amount_minor: int, at: datetime) -> LedgerEntry:
    """The entry of one movement of money: the same id however often it is told."""
    return LedgerEntry(
        entry_id=derived_ulid(payment.created_at, f"{kind}#{reference}"),
        order_id=payment.order_id,
        kind=kind,
        reference=reference,
        amount_minor=amount_minor,
        currency=payment.currency,
        at=at,
    )


def told_once(payment: Payment, told: EventData, about: str, hearing: Hearing) -> Put:
    """The event of what became of `about`: a payment or a refund; the same one however often it is told."""
    fact = event(
        told,
        about=payment.order_id,
        sequence=payment.attempt,
        clock=hearing.clock,
        correlation_id=hearing.correlation_id,
        event_id=derived_ulid(payment.created_at, f"{type(told).__name__}#{about}"),
    )
    return recorded(fact, store.partition(payment.order_id))
