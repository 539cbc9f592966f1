"""How payments are shown."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.kernel.money import to_decimal
from tradewind.payments.messages import BalanceView, LedgerEntryView, OrderPayments, PaymentView
from tradewind.payments.model import LedgerEntry, Payment, balance


def order_payments(order_id: str, payments: Sequence[Payment], ledger: Sequence[LedgerEntry]) -> OrderPayments:
    """`payments` holds at least one; all are of the order's currency. The ledger comes oldest first."""
    currency, total = payments[0].currency, balance(ledger)
    return OrderPayments(
        order_id=order_id,
        currency=currency,
        payments=[_payment(payment) for payment in payments],
        ledger=[_entry(entry) for entry in sorted(ledger, key=lambda entry: entry.at)],
        balance=BalanceView(
            charged=to_decimal(total.charged, currency),
            refunded=to_decimal(total.refunded, currency),
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


def _entry(entry: LedgerEntry) -> LedgerEntryView:
    return LedgerEntryView(
        entry_id=entry.entry_id,
        kind=entry.kind,
        reference=entry.reference,
        amount=to_decimal(entry.amount_minor, entry.currency),
        at=entry.at,
    )
