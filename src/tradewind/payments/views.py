"""How payments are shown."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.kernel.money import to_decimal
from tradewind.kernel.variant_ids import product_of
from tradewind.ordering.public import Refund
from tradewind.payments.model import Dispute, LedgerEntry, Payment, balance
from tradewind.payments.order_messages import (
    BalanceView,
    DisputeView,
    IssuedRefundView,
    LedgerEntryView,
    OrderPayments,
    PaymentView,
    RefundedLineView,
)


def order_payments(
    order_id: str,
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
    disputes: Sequence[Dispute],
    ledger: Sequence[LedgerEntry],
) -> OrderPayments:
    """`payments` holds at least one; all are of the order's currency. What happened comes oldest first."""
    currency, total = payments[0].currency, balance(ledger)
    return OrderPayments(
        order_id=order_id,
        currency=currency,
        payments=[_payment(payment) for payment in payments],
        refunds=[_refund(refund) for refund in sorted(refunds, key=lambda refund: refund.created_at)],
        disputes=[_dispute(dispute) for dispute in sorted(disputes, key=lambda dispute: dispute.opened_at)],
        ledger=[_entry(entry) for entry in sorted(ledger, key=lambda entry: entry.at)],
        balance=BalanceView(
            charged=to_decimal(total.charged, currency),
            refunded=to_decimal(total.refunded, currency),
            disputed=to_decimal(total.disputed, currency),
            kept=to_decimal(total.kept, currency),
        ),
    )


def _payment(payment: Payment) -> PaymentView:
    return PaymentView(
        payment_id=payment.payment_id,
        attempt=payment.attempt,
        state=payment.state,
        amount=to_decimal(payment.amount_minor, payment.currency),
        currency=payment.currency,
        provider_reference=payment.provider_reference,
        failure=payment.failure,
        created_at=payment.created_at,
        updated_at=payment.updated_at,
    )


def _refund(refund: Refund) -> IssuedRefundView:
    return IssuedRefundView(
        refund_id=refund.refund_id,
        state=refund.state,
        origin=refund.origin,
        amount=to_decimal(refund.amount_minor, refund.currency),
        reason=refund.reason,
        lines=[
            RefundedLineView(
                product_of(line.variant_id),
                line.variant_id,
                line.quantity,
                to_decimal(line.amount_minor, refund.currency),
            )
            for line in refund.lines
        ],
        is_restocked=refund.is_restocked,
        provider_reference=refund.reference,
        failure=refund.failure,
        created_at=refund.created_at,
        updated_at=refund.updated_at,
    )


def _dispute(dispute: Dispute) -> DisputeView:
    return DisputeView(
        dispute_id=dispute.dispute_id,
        state=dispute.state,
        amount=to_decimal(dispute.amount_minor, dispute.currency),
        reason=dispute.reason,
        opened_at=dispute.opened_at,
        updated_at=dispute.updated_at,
    )


def _entry(entry: LedgerEntry) -> LedgerEntryView:
    return LedgerEntryView(
        entry_id=entry.entry_id,
        kind=entry.kind,
        reference=entry.reference,
        amount=to_decimal(entry.amount_minor, entry.currency),
        at=entry.at,
    )
