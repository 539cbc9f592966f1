"""What callers of payments send and receive."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import OrderId, RequestMessage
from tradewind.kernel.text import Identifier
from tradewind.payments.model import LedgerKind, PaymentState


class WebhookPath(RequestMessage, frozen=True):
    provider: Annotated[Identifier, Meta(min_length=1, max_length=50, examples=["fake"])]


class WebhookReceipt(Struct, frozen=True, rename="camel"):
    """The webhook was received: there is no need to send it again."""

    received: bool


class PaymentsPath(RequestMessage, frozen=True):
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
    """One movement of money; `reference` finds it at the provider."""

    entry_id: str
    kind: LedgerKind
    reference: str
    amount: Decimal
    at: datetime


class PaymentAction(Struct, frozen=True, rename="camel"):
    """What the customer has to do before an order is paid.

    Where `isRequired`, their bank wants a confirmation: hand the `clientSecret` to the client library of `provider`,
    which shows it. Never store the secret, and never show it to anybody else.
    """

    order_id: str
    is_required: bool
    provider: str
    client_secret: str | None


class BalanceView(Struct, frozen=True, rename="camel"):
    """The sums of the ledger: `kept` is what was charged less what was refunded."""

    charged: Decimal
    refunded: Decimal
    kept: Decimal


class OrderPayments(Struct, frozen=True, rename="camel"):
    """The payments of an order, and the money that moved."""

    order_id: str
    currency: str
    payments: list[PaymentView]
    ledger: list[LedgerEntryView]
    balance: BalanceView
