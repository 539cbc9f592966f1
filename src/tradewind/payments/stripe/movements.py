"""Stripe's balance transactions as movements of money: https://docs.stripe.com/api/balance_transactions/list.

A balance transaction is in the currency of the account's balance; what moved of a charge, a refund or a dispute, in
the currency of the order, its source says, which is asked for with it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from tradewind.payments.model import LedgerKind, parse_payment_id
from tradewind.payments.provider import MovementPage, ProviderMovement
from tradewind.payments.stripe.money import from_stripe
from tradewind.payments.stripe.objects import PAYMENT_ID, PaymentIntent, StripeDispute, StripeRefund

_KINDS = {
    ("charge", True): LedgerKind.CHARGED,
    ("refund", False): LedgerKind.REFUNDED,
    ("refund", True): LedgerKind.REFUND_FAILED,
    ("dispute", False): LedgerKind.DISPUTED,
    ("dispute", True): LedgerKind.REINSTATED,
}
"""By what the source is, and whether the money came to the shop."""


class MovementSource(msgspec.Struct, frozen=True):
    """What moved the money: of payouts and fees nothing but the id counts."""

    id: str
    object: str = ""
    amount: int = 0
    currency: str = ""
    payment_intent: str | None = None
    metadata: dict[str, str] | None = None


class BalanceTransaction(msgspec.Struct, frozen=True):
    """`amount` is negative where money left the shop."""

    id: str
    amount: int
    created: int
    source: MovementSource | str | None = None

    @property
    def movement(self) -> ProviderMovement | None:
        """None where it is nothing that the shop's ledger has: a payout, a fee."""
        source = self.source
        if not isinstance(source, MovementSource) or not source.payment_intent:
            return None
        kind = _KINDS.get((source.object, self.amount > 0))
        if kind is None:
            return None
        payment_id, currency = (source.metadata or {}).get(PAYMENT_ID, ""), source.currency.upper()
        return ProviderMovement(
            kind,
            source.payment_intent if kind is LedgerKind.CHARGED else source.id,
            from_stripe(source.amount, currency),
            currency,
            datetime.fromtimestamp(self.created, UTC),
            payment_id if parse_payment_id(payment_id) else "",
            source.payment_intent,
        )


class BalanceTransactionPage(msgspec.Struct, frozen=True):
    data: list[BalanceTransaction]
    has_more: bool = False

    @property
    def movements(self) -> MovementPage:
        found = [movement for each in self.data if (movement := each.movement)]
        return MovementPage(found, self.data[-1].id if self.has_more and self.data else None)


def movement_of_intent(intent: PaymentIntent) -> ProviderMovement | None:
    """Its charge; None where it was not made."""
    if not intent.amount_received:
        return None
    return _movement(LedgerKind.CHARGED, intent, intent.amount_received, intent.id)


def movement_of_refund(kind: LedgerKind, refund: StripeRefund) -> ProviderMovement | None:
    """The refund, or that it failed; None where it has not."""
    if kind is LedgerKind.REFUND_FAILED and not refund.failure:
        return None
    return _movement(kind, refund, refund.amount, refund.payment_intent or "")


def movement_of_dispute(kind: LedgerKind, dispute: StripeDispute) -> ProviderMovement | None:
    """What was withdrawn for a dispute, or given back; None where it was not."""
    is_reinstated = kind is LedgerKind.REINSTATED
    if not (dispute.standing.is_reinstated if is_reinstated else dispute.standing.is_withdrawn):
        return None
    return _movement(kind, dispute, dispute.amount, dispute.payment_intent or "")


def _movement(
    kind: LedgerKind, moved: PaymentIntent | StripeRefund | StripeDispute, amount: int, charge_reference: str
) -> ProviderMovement:
    currency, at = moved.currency.upper(), datetime.fromtimestamp(moved.created, UTC)
    return ProviderMovement(kind, moved.id, from_stripe(amount, currency), currency, at, "", charge_reference)
