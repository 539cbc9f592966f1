"""Charging and refunding an order: the attempt is recorded first, then the provider is asked, then its answer stands.

Asked again it finds what stands, or asks the provider again with the same key: an order is charged at most once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Absent, ConditionFailed, Write
from tradewind.payments import store
from tradewind.payments.answers import Hearing, answered, ledger_entry, refused, told_once
from tradewind.payments.giving_up import called_off, look_again_at
from tradewind.payments.model import GIVEN_UP, LedgerEntry, LedgerKind, Payment, PaymentState, RefundIssued
from tradewind.payments.provider import Charge, ChargeOutcome, ProviderTimeout
from tradewind.shop import Shop

_KEYS_KNOWN_FOR = timedelta(hours=23)
"""Providers forget an idempotency key after a day: then asking again could charge again, so it is looked up instead."""


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
    hearing = Hearing(wanted.correlation_id, shop.clock)
    answer = _ask(payment, wanted.token, shop)
    try:
        shop.table.transact(answered(payment, answer, hearing) if answer else _unheard_of(payment, hearing))
    except ConditionFailed:  # a webhook, or another run, was faster
        now_standing = store.read(shop.table, payment.order_id, payment.attempt)
        return (_standing(now_standing) if now_standing else None) or ChargeOutcome.AWAITING.value
    return answer.outcome.value if answer else GIVEN_UP


class ToGiveBack(msgspec.Struct, frozen=True):
    """A cancelled order whose charge goes back, but for `refunded_minor`, which was given back before."""

    order_id: str
    token: str
    refunded_minor: int
    correlation_id: str


def refund(wanted: ToGiveBack, shop: Shop) -> bool:
    """Give back what is left of an order's charge, once; False when it was never charged.

    An attempt without an answer is looked up first. One that is not made yet is called off; one that the provider never
    heard of is given up, and looked up again each time: the question may have been on its way, and whoever asked it may
    have died with the answer.
    """
    payment = store.read(shop.table, wanted.order_id, store.FIRST_ATTEMPT)
    if payment is not None and payment.is_unanswered:
        payment = _cleared_up(payment, wanted.correlation_id, wanted.token, shop)
    if payment is None or payment.state in (PaymentState.FAILED, PaymentState.REFUNDED):
        return payment is not None and payment.state is PaymentState.REFUNDED
    moved = store.transition(payment, PaymentState.REFUNDED, shop.clock.now())
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
    # The provider's own webhook may have brought the entry before: only the event says that this was done already.
    fact = msgspec.structs.replace(
        told_once(payment, told, wanted.refund_id, Hearing(correlation_id, shop.clock)), when=(Absent(),)
    )
    with suppress(ConditionFailed):
        shop.table.transact([store.recorded(entry), fact])


def _given_back(payment: Payment, key: str, amount_minor: int, shop: Shop) -> LedgerEntry:
    """The ledger's entry of a refund that the provider has made."""
    reference = payment.provider_reference or ""
    given = shop.provider.refund(key, reference, amount_minor, payment.currency)
    return ledger_entry(payment, LedgerKind.REFUNDED, given.reference, amount_minor, shop.clock.now())


def _cleared_up(payment: Payment, correlation_id: str, token: str, shop: Shop) -> Payment | None:
    answer = shop.provider.look_up(payment.payment_id, token, payment.provider_reference)
    last_word = called_off(payment, answer, shop)
    if last_word and last_word.outcome is ChargeOutcome.APPROVED:
        heard = answered(payment, last_word, Hearing(correlation_id, shop.clock))
    else:
        heard = [_given_up(payment, last_word, shop.clock.now())]
    with suppress(ConditionFailed):
        shop.table.transact(heard)
    return store.read(shop.table, payment.order_id, payment.attempt)


def _given_up(payment: Payment, last_word: Charge | None, now: datetime) -> Write:
    """The order was cancelled before: there is nobody left to tell."""
    named = {"providerReference": last_word.reference} if last_word and last_word.reference else {}
    return store.transition(
        payment,
        PaymentState.FAILED,
        now,
        look_again_at=look_again_at(last_word, now),
        changes={"failure": GIVEN_UP, **named},
    )


def _unheard_of(payment: Payment, hearing: Hearing) -> list[Write]:
    """Nobody has heard of a charge that may not be asked for any more."""
    return refused(payment, GIVEN_UP, hearing, look_again_at=look_again_at(None, hearing.clock.now()))


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


def _ask(payment: Payment, token: str, shop: Shop) -> Charge | None:
    """The provider's answer; None when nobody has heard of a charge that may not be asked for any more."""
    if payment.amount_minor == 0:  # no provider moves nothing
        return Charge(ChargeOutcome.APPROVED, payment.payment_id)
    if payment.state is PaymentState.AWAITING or shop.clock.now() - payment.created_at > _KEYS_KNOWN_FOR:
        return shop.provider.look_up(payment.payment_id, token, payment.provider_reference)
    try:
        return shop.provider.charge(payment.payment_id, payment.amount_minor, payment.currency, token)
    except ProviderTimeout:
        answer = shop.provider.look_up(payment.payment_id, token, None)
        if answer is None:
            raise
        return answer
