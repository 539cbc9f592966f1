"""Applying what a provider has told: late, twice, or in another order, it comes to the same."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Write
from tradewind.payments import store
from tradewind.payments.answers import Hearing, approved, ledger_entry, refused
from tradewind.payments.model import LedgerKind, NoticeKind, Payment, PaymentNoticed, PaymentState, parted
from tradewind.shop import Shop


class NoticeNotUnderstood(Exception):
    """A notice that does not fit what the shop has asked for: a person must look at it in its dead-letter queue."""


def apply(noticed: PaymentNoticed, correlation_id: str, shop: Shop) -> str:
    """Settle the payment that the notice is about; what came of it, in a word. Raises NoticeNotUnderstood."""
    payment = _payment(noticed, shop)
    writes = _writes(payment, noticed, Hearing(correlation_id, shop.clock, resume=True))
    try:
        shop.table.transact(writes)
    except ConditionFailed:
        return "known already"
    return noticed.kind.value


def _payment(noticed: PaymentNoticed, shop: Shop) -> Payment:
    named = parted(noticed.payment_id)
    payment = store.read(shop.table, *named) if named else None
    if payment is None:
        raise NoticeNotUnderstood(f"there is no payment {noticed.payment_id!r}")
    _check(payment, noticed)
    return payment


def _check(payment: Payment, noticed: PaymentNoticed) -> None:
    is_charge = noticed.kind is NoticeKind.CHARGE_SUCCEEDED
    is_whole = noticed.amount_minor == payment.amount_minor
    is_part = 0 < noticed.amount_minor <= payment.amount_minor
    if noticed.currency != payment.currency or not (is_whole if is_charge else is_part):
        raise NoticeNotUnderstood(f"payment {payment.payment_id} is of another amount")
    was_charged = payment.state in (PaymentState.SUCCEEDED, PaymentState.REFUNDED)
    if is_charge and was_charged and noticed.reference != payment.provider_reference:
        raise NoticeNotUnderstood(f"payment {payment.payment_id} was charged twice")


def _writes(payment: Payment, noticed: PaymentNoticed, hearing: Hearing) -> list[Write]:
    match noticed.kind:
        case NoticeKind.CHARGE_SUCCEEDED:
            return approved(payment, noticed.reference, hearing)
        case NoticeKind.CHARGE_FAILED:
            return refused(payment, noticed.reason, hearing, noticed.reference)
        case NoticeKind.REFUND_SUCCEEDED:
            now = hearing.clock.now()
            entry = ledger_entry(payment, LedgerKind.REFUNDED, noticed.reference, noticed.amount_minor, now)
            return [store.recorded(entry, once=True)]
        case NoticeKind.IGNORED:
            raise NoticeNotUnderstood(f"notice {noticed.notice_id} tells nothing")
