"""What administrators see of an order's payments."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradewind.ordering.public import RefundOrigin, RefundState
from tradewind.payments.model import DisputeState, LedgerKind, PaymentState


class PaymentView(Struct, frozen=True, rename="camel"):
    """One attempt to charge an order; `providerReference` finds it at the provider."""

    payment_id: str
    attempt: int
    state: PaymentState
    amount: Decimal
    currency: str
    provider_reference: str | None
    failure: str | None
    created_at: datetime
    updated_at: datetime


class LedgerEntryView(Struct, frozen=True, rename="camel"):
    """One movement of money; `reference` finds it at the provider."""

    entry_id: str
    kind: LedgerKind
    reference: str
    amount: Decimal
    at: datetime


class RefundedLineView(Struct, frozen=True, rename="camel"):
    """What a refund is for; with a quantity of 0 it is money alone, for units that were refunded before."""

    product_id: str
    variant_id: str
    quantity: int
    amount: Decimal


class IssuedRefundView(Struct, frozen=True, rename="camel"):
    """A refund and what became of it; `providerReference` finds it at the provider, `failure` says why it failed.

    The units of its `lines` went back on sale where `isRestocked`. One of no money was issued without the provider.
    """

    refund_id: str
    state: RefundState
    origin: RefundOrigin
    amount: Decimal
    reason: str
    lines: list[RefundedLineView]
    is_restocked: bool
    provider_reference: str | None
    failure: str | None
    created_at: datetime
    updated_at: datetime


class DisputeView(Struct, frozen=True, rename="camel"):
    """A charge that the customer disputes with their bank; `disputeId` finds it at the provider."""

    dispute_id: str
    state: DisputeState
    amount: Decimal
    reason: str
    opened_at: datetime
    updated_at: datetime


class BalanceView(Struct, frozen=True, rename="camel"):
    """The sums of the ledger: `kept` is what was charged less what was refunded, and withdrawn for disputes."""

    charged: Decimal
    refunded: Decimal
    disputed: Decimal
    kept: Decimal


class OrderPayments(Struct, frozen=True, rename="camel"):
    """The payments of an order, its refunds and disputes, and the money that moved."""

    order_id: str
    currency: str
    payments: list[PaymentView]
    refunds: list[IssuedRefundView]
    disputes: list[DisputeView]
    ledger: list[LedgerEntryView]
    balance: BalanceView
