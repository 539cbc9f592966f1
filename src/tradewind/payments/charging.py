"""Charging and refunding an order: the attempt is recorded first, then the provider is asked, then its answer stands.

Asked again it finds what stands, or asks the provider again with the same key: an order is charged at most once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import msgspec

from tradewind.aws.events import recorded
from tradewind.aws.table import ConditionFailed, Write
from tradewind.kernel.clock import Clock, derived_ulid
from tradewind.kernel.events import EventData, event
from tradewind.payments import store
from tradewind.payments.model import (
    GIVEN_UP,
    LedgerEntry,
    LedgerKind,
    Payment,
    PaymentFailed,
    PaymentState,
    PaymentSucceeded,
    RefundIssued,
)
from tradewind.payments.provider import Charge, ChargeOutcome, PaymentProvider, ProviderTimeout
from tradewind.shop import Shop

_STATE_OF = {
    ChargeOutcome.APPROVED: PaymentState.SUCCEEDED,
    ChargeOutcome.AWAITING: PaymentState.AWAITING,
    ChargeOutcome.CARD_DECLINED: PaymentState.FAILED,
    ChargeOutcome.INSUFFICIENT_FUNDS: PaymentState.FAILED,
}


class NotCharged(Exception):
    """A refund was asked of an order that was never charged: a fault of ours, for an operator to look at."""


class ToCharge(msgspec.Struct, frozen=True):
    """What is to be charged for an order."""

    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    token: str
    correlation_id: str


def charge(wanted: ToCharge, shop: Shop) -> str:
    """Charge the order once; the outcome is `Paid`, `AwaitingPayment`, or why not.

    Raises ProviderTimeout when the provider neither answers nor knows: ask again later.
    """
    payment = _attempt(wanted, shop)
    standing = _standing(payment)
    if standing is not None:
        return standing
    answer = _ask(payment, wanted.token, shop.provider)
    with suppress(ConditionFailed):
        shop.table.transact(_told(payment, answer, wanted.correlation_id, shop.clock))
    now_standing = store.read(shop.table, payment.order_id, payment.attempt)
    return (_standing(now_standing) if now_standing else None) or answer.outcome.value


class ToGiveBack(msgspec.Struct, frozen=True):
    """A cancelled order whose charge goes back, but for `refunded_minor`, which was given back before."""

    order_id: str
    token: str
    refunded_minor: int
    correlation_id: str


def refund(wanted: ToGiveBack, shop: Shop) -> bool:
    """Give back what is left of an order's charge, once; False when it was never charged.

    An attempt without an answer is looked up first; one that the provider never heard of is given up.
    """
    payment = store.read(shop.table, wanted.order_id, store.FIRST_ATTEMPT)
    if payment is not None and payment.state in (PaymentState.REQUESTED, PaymentState.AWAITING):
        payment = _cleared_up(payment, wanted.correlation_id, wanted.token, shop)
    if payment is None or payment.state in (PaymentState.FAILED, PaymentState.REFUNDED):
        return payment is not None and payment.state is PaymentState.REFUNDED
    moved = store.transition(payment, PaymentState.REFUNDED, updatedAt=shop.clock.now())
    left = payment.amount_minor - wanted.refunded_minor
    entry = [store.recorded(_given_back(payment, f"{payment.payment_id}-refund", left, shop))] if left else []
    with suppress(ConditionFailed):
        shop.table.transact([moved, *entry])
    return True


class ToRefund(msgspec.Struct, frozen=True, rename="camel"):
    """A refund that the shop decided on: part of what an order was charged."""

    order_id: str
    customer_id: str
    refund_id: str
    amount_minor: int
    currency: str
    reason: str


def refund_part(wanted: ToRefund, correlation_id: str, shop: Shop) -> None:
    """Give back a part of an order's charge, once per refund id. Raises NotCharged when there is no charge."""
    payment = store.read(shop.table, wanted.order_id, store.FIRST_ATTEMPT)
    if payment is None or payment.provider_reference is None:
        raise NotCharged(f"order {wanted.order_id} has no charge to refund")
    entry = _given_back(payment, wanted.refund_id, wanted.amount_minor, shop)
    told = RefundIssued(
        order_id=wanted.order_id,
        customer_id=wanted.customer_id,
        refund_id=wanted.refund_id,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        reason=wanted.reason,
    )
    with suppress(ConditionFailed):
        shop.table.transact(
            [store.recorded(entry, once=True), _event(payment, told, wanted.refund_id, correlation_id, shop.clock)]
        )


def _given_back(payment: Payment, key: str, amount_minor: int, shop: Shop) -> LedgerEntry:
    """The ledger's entry of a refund that the provider has made."""
    reference = payment.provider_reference or ""
    given = shop.provider.refund(key, reference, amount_minor, payment.currency)
    return _entry(payment, LedgerKind.REFUNDED, given.reference, amount_minor, shop.clock.now())


def _cleared_up(payment: Payment, correlation_id: str, token: str, shop: Shop) -> Payment | None:
    answer = shop.provider.look_up(payment.payment_id, token)
    paid = answer is not None and answer.outcome is ChargeOutcome.APPROVED
    given_up = store.transition(payment, PaymentState.FAILED, updatedAt=shop.clock.now(), failure=GIVEN_UP)
    with suppress(ConditionFailed):
        shop.table.transact(_told(payment, answer, correlation_id, shop.clock) if answer and paid else [given_up])
    return store.read(shop.table, payment.order_id, payment.attempt)


def _attempt(wanted: ToCharge, shop: Shop) -> Payment:
    """The attempt as it stands, recorded before anybody is asked for money."""
    now = shop.clock.now()
    payment = Payment(
        payment_id=f"{wanted.order_id}-{store.FIRST_ATTEMPT}",
        order_id=wanted.order_id,
        customer_id=wanted.customer_id,
        attempt=store.FIRST_ATTEMPT,
        state=PaymentState.REQUESTED,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        created_at=now,
        updated_at=now,
    )
    with suppress(ConditionFailed):
        shop.table.write(store.new(payment))
        return payment
    return store.read(shop.table, wanted.order_id, store.FIRST_ATTEMPT) or payment


def _standing(payment: Payment) -> str | None:
    """The outcome that stands already; None while there is something to ask."""
    if payment.state is PaymentState.SUCCEEDED:
        return ChargeOutcome.APPROVED.value
    if payment.state is PaymentState.REFUNDED:
        return "Refunded"
    return payment.failure


def _ask(payment: Payment, token: str, provider: PaymentProvider) -> Charge:
    try:
        return provider.charge(payment.payment_id, payment.amount_minor, payment.currency, token)
    except ProviderTimeout:
        answer = provider.look_up(payment.payment_id, token)
        if answer is None:
            raise
        return answer


def _told(payment: Payment, answer: Charge, correlation_id: str, clock: Clock) -> list[Write]:
    """What the provider's answer changes: the payment, the ledger when money moved, and the event."""
    now = clock.now()
    state = _STATE_OF[answer.outcome]
    changes = {"updatedAt": now, "providerReference": answer.reference}
    if state is PaymentState.AWAITING:
        return [store.transition(payment, state, **changes)]
    if state is PaymentState.FAILED:
        failed = PaymentFailed(payment.order_id, payment.customer_id, payment.payment_id, answer.outcome.value)
        moved = store.transition(payment, state, **changes, failure=answer.outcome.value)
        return [moved, _event(payment, failed, payment.payment_id, correlation_id, clock)]
    paid = PaymentSucceeded(
        payment.order_id, payment.customer_id, payment.payment_id, payment.amount_minor, payment.currency
    )
    return [
        store.transition(payment, state, **changes),
        store.recorded(_entry(payment, LedgerKind.CHARGED, answer.reference, payment.amount_minor, now)),
        _event(payment, paid, payment.payment_id, correlation_id, clock),
    ]


def _entry(payment: Payment, kind: LedgerKind, reference: str, amount_minor: int, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        entry_id=derived_ulid(payment.created_at, f"{kind}#{reference}"),
        order_id=payment.order_id,
        kind=kind,
        reference=reference,
        amount_minor=amount_minor,
        currency=payment.currency,
        at=now,
    )


def _event(payment: Payment, told: EventData, about: str, correlation_id: str, clock: Clock) -> Write:
    """The event of what became of `about`: a payment or a refund; the same one however often it is told."""
    fact = event(
        told,
        about=payment.order_id,
        sequence=payment.attempt,
        clock=clock,
        correlation_id=correlation_id,
        event_id=derived_ulid(payment.created_at, f"{type(told).__name__}#{about}"),
    )
    return recorded(fact, store.partition(payment.order_id))
