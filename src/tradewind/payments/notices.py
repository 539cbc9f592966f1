"""Applying what a provider has told: late, twice, or in another order, it comes to the same."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Write
from tradewind.kernel.errors import ComeAgain
from tradewind.ordering.public import read_order, refunded_elsewhere
from tradewind.payments import store
from tradewind.payments.answers import Hearing, approved, ledger_entry, refused, told_once
from tradewind.payments.model import (
    LedgerKind,
    NoticeKind,
    Payment,
    PaymentNoticed,
    PaymentState,
    RefundIssued,
    parted,
)
from tradewind.shop import Shop

_BY_HAND = "given back by the shop"
_KNOWN = "known already"


class NoticeNotUnderstood(Exception):
    """A notice that does not fit what the shop has asked for: a person must look at it in its dead-letter queue."""


class NotChargedYet(ComeAgain):
    """A refund of what nobody has heard to be charged: the notices have overtaken each other."""


class OrderMoving(ComeAgain):
    """The order has changed meanwhile."""


def apply(noticed: PaymentNoticed, correlation_id: str, shop: Shop) -> str:
    """Settle the payment that the notice is about; what came of it, in a word.

    Raises NoticeNotUnderstood, NotChargedYet, OrderMoving, and ProviderTimeout where the provider has to be asked.
    """
    payment_id = noticed.payment_id or shop.provider.payment_of(noticed.charge_reference)
    if payment_id is None:
        return "not of this shop"
    payment = _payment(payment_id, noticed, shop)
    writes = _writes(payment, noticed, Hearing(correlation_id, shop.clock, resume=True), shop)
    if not writes:
        return _KNOWN
    try:
        shop.table.transact(writes)
    except ConditionFailed as failed:
        if 0 in failed.positions:
            return _KNOWN
        raise OrderMoving from failed
    return noticed.kind.value


def _payment(payment_id: str, noticed: PaymentNoticed, shop: Shop) -> Payment:
    named = parted(payment_id)
    payment = store.read(shop.table, *named) if named else None
    if payment is None:
        raise NoticeNotUnderstood(f"there is no payment {payment_id!r}")
    _check(payment, noticed)
    return payment


def _check(payment: Payment, noticed: PaymentNoticed) -> None:
    is_charge = noticed.kind is NoticeKind.CHARGE_SUCCEEDED
    is_whole = noticed.amount_minor == payment.amount_minor
    is_part = 0 < noticed.amount_minor <= payment.amount_minor
    if noticed.currency != payment.currency or not (is_whole if is_charge else is_part):
        raise NoticeNotUnderstood(f"payment {payment.payment_id} is of another amount")
    if is_charge and payment.was_charged and noticed.reference != payment.provider_reference:
        raise NoticeNotUnderstood(f"payment {payment.payment_id} was charged twice")


def _writes(payment: Payment, noticed: PaymentNoticed, hearing: Hearing, shop: Shop) -> list[Write]:
    """The first of them says by its condition whether the notice is news; none where it is known not to be."""
    match noticed.kind:
        case NoticeKind.CHARGE_SUCCEEDED:
            return approved(payment, noticed.reference, hearing)
        case NoticeKind.CHARGE_FAILED:
            return refused(payment, noticed.reason, hearing, noticed.reference)
        case NoticeKind.REFUND_SUCCEEDED:
            now = hearing.clock.now()
            entry = ledger_entry(payment, LedgerKind.REFUNDED, noticed.reference, noticed.amount_minor, now)
            if noticed.refund_id:
                return [store.recorded(entry, once=True)]
            if store.is_recorded(shop.table, entry):  # what is left of the order is less by it already
                return []
            return [store.recorded(entry, once=True), *_decided_elsewhere(payment, noticed, hearing, shop)]
        case NoticeKind.IGNORED:
            raise NoticeNotUnderstood(f"notice {noticed.notice_id} tells nothing")


def _decided_elsewhere(payment: Payment, noticed: PaymentNoticed, hearing: Hearing, shop: Shop) -> list[Write]:
    """What the shop did not decide on, it takes as decided: the order counts it, and the customer is told."""
    if not payment.was_charged:
        raise NotChargedYet
    order = read_order(shop.table, payment.customer_id, payment.order_id)
    is_all_back = payment.state is PaymentState.REFUNDED
    if order is None or is_all_back or order.refunded_minor + noticed.amount_minor > order.total_minor:
        raise NoticeNotUnderstood(f"more went back of payment {payment.payment_id} than is left of it")
    told = RefundIssued(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        refund_id=noticed.reference,
        amount_minor=noticed.amount_minor,
        currency=noticed.currency,
        reason=_BY_HAND,
    )
    return [
        refunded_elsewhere(order, noticed.amount_minor, hearing.clock.now()),
        told_once(payment, told, noticed.reference, hearing),
    ]
