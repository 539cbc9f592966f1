"""What callers of payments send and get back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import OrderId
from tradewind.payments.model import LedgerKind, PaymentState


class WebhookPath(Struct, frozen=True, rename="camel"):
    provider: Annotated[str, Meta(max_length=50, examples=["fake"])]


class Received(Struct, frozen=True, rename="camel"):
    """The notice is safe with the shop: it need not be sent again."""

    received: bool


class PaymentsPath(Struct, frozen=True, rename="camel"):
    order_id: OrderId


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
    """Money that moved."""

    entry_id: str
    kind: LedgerKind
    reference: str
    amount: Decimal
    at: datetime


class PaymentAction(Struct, frozen=True, rename="camel"):
    """What the customer has to do before an order is paid.

    `isRequired` when their bank asks them first: the client library of `provider` takes the `clientSecret` and shows
    what the bank wants. Keep it nowhere, and show it to nobody else.
    """

    order_id: str
    is_required: bool
    provider: str
    client_secret: str | None


class BalanceView(Struct, frozen=True, rename="camel"):
    """What the ledger adds up to: `kept` is what was charged less what was refunded."""

    charged: Decimal
    refunded: Decimal
    kept: Decimal


class OrderPayments(Struct, frozen=True, rename="camel"):
    """The money of an order."""

    order_id: str
    currency: str
    payments: list[PaymentView]
    ledger: list[LedgerEntryView]
    balance: BalanceView
