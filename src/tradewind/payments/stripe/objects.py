"""What Stripe sends, as far as the shop reads it, and what it means to the shop.

PaymentIntents: https://docs.stripe.com/payments/paymentintents/lifecycle. Fields that are not named here are ignored.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.payments.model import DisputeStanding, DisputeState, WebhookEventType, parse_payment_id
from tradewind.payments.provider import (
    Charge,
    ChargeOutcome,
    RefundAnswer,
    WebhookEvent,
    WebhookEventId,
)
from tradewind.payments.stripe.money import from_stripe

PAYMENT_ID = "payment_id"
"""The key of the metadata that holds our payment's id."""

REFUND_ID = "refund_id"
"""The key of the metadata that holds our refund's id; a refund made in Stripe's dashboard has none."""

_OUTCOMES = {
    "succeeded": ChargeOutcome.APPROVED,
    "processing": ChargeOutcome.AWAITING,
    "requires_action": ChargeOutcome.AWAITING,
    "requires_confirmation": ChargeOutcome.AWAITING,
    "requires_capture": ChargeOutcome.AWAITING,
    "canceled": ChargeOutcome.CARD_DECLINED,
}
_CHARGE_EVENTS = {
    "payment_intent.succeeded": WebhookEventType.CHARGE_SUCCEEDED,
    "payment_intent.payment_failed": WebhookEventType.CHARGE_FAILED,
    "payment_intent.canceled": WebhookEventType.CHARGE_FAILED,
}
_REFUND_EVENTS = frozenset(("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"))
_DISPUTE_EVENTS = "charge.dispute."
_REFUND_STATES = {
    "succeeded": WebhookEventType.REFUND_SUCCEEDED,
    "failed": WebhookEventType.REFUND_FAILED,
    "canceled": WebhookEventType.REFUND_FAILED,
}
_DISPUTE_STATES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "warning_closed": DisputeState.WON,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
_NOTHING_LEFT = frozenset(("charge_already_refunded", "charge_disputed"))


class ObjectId(msgspec.Struct, frozen=True):
    """Any object of Stripe's, of which only the id counts."""

    id: str = ""


class StripeError(msgspec.Struct, frozen=True):
    """Why a charge failed; `decline_code` is the bank's own word."""

    code: str | None = None
    decline_code: str | None = None
    param: str | None = None
    payment_intent: ObjectId | None = None

    @property
    def outcome(self) -> ChargeOutcome:
        is_short = "insufficient_funds" in (self.decline_code, self.code)
        return ChargeOutcome.INSUFFICIENT_FUNDS if is_short else ChargeOutcome.CARD_DECLINED

    @property
    def says_too_much(self) -> bool:
        """Of a refund: it is more than what is left of the charge."""
        return self.code in _NOTHING_LEFT or (self.code is None and self.param == "amount")


class PaymentIntent(msgspec.Struct, frozen=True):
    """`amount` in Stripe's unit of the currency, whose code is in lower case."""

    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] = {}
    client_secret: str | None = None
    amount_received: int = 0
    created: int = 0
    last_payment_error: StripeError | None = None

    @property
    def waits_for_customer(self) -> bool:
        """Their bank wants them to confirm the payment: 3-D Secure."""
        return self.status == "requires_action"

    @property
    def charge(self) -> Charge:
        return Charge(self.outcome, self.id)

    @property
    def outcome(self) -> ChargeOutcome:
        """A status that Stripe has added since is awaited: its webhook will say more."""
        if self.status == "requires_payment_method":
            return (self.last_payment_error or StripeError()).outcome
        return _OUTCOMES.get(self.status, ChargeOutcome.AWAITING)


class PaymentIntentPage(msgspec.Struct, frozen=True):
    data: list[PaymentIntent]


class StripeRefund(msgspec.Struct, frozen=True):
    """One that is pending may still fail: https://docs.stripe.com/refunds#failed-refunds."""

    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] | None = None
    payment_intent: str | None = None
    failure_reason: str | None = None
    created: int = 0

    @property
    def answer(self) -> RefundAnswer:
        return RefundAnswer(self.id, self.failure)

    @property
    def failure(self) -> str:
        """Why it failed; empty while it has not."""
        has_failed = _REFUND_STATES.get(self.status) is WebhookEventType.REFUND_FAILED
        return (self.failure_reason or self.status) if has_failed else ""

    @property
    def refund_id(self) -> str:
        """Our id of it; empty for one that was made in Stripe's dashboard."""
        return (self.metadata or {}).get(REFUND_ID, "")


class StripeRefundPage(msgspec.Struct, frozen=True):
    data: list[StripeRefund]
    has_more: bool = False


class BalanceMovement(msgspec.Struct, frozen=True):
    """What moved the account's balance; `amount` is negative where money left the shop."""

    amount: int


class StripeDispute(msgspec.Struct, frozen=True):
    """Its balance transactions show what was withdrawn and given back: https://docs.stripe.com/api/disputes/object."""

    id: str
    status: str
    amount: int
    currency: str
    reason: str = ""
    payment_intent: str | None = None
    balance_transactions: list[BalanceMovement] = []
    created: int = 0

    @property
    def standing(self) -> DisputeStanding:
        """A status that Stripe has added since is open: somebody has to look."""
        return DisputeStanding(
            _DISPUTE_STATES.get(self.status, DisputeState.OPEN),
            is_withdrawn=any(movement.amount < 0 for movement in self.balance_transactions),
            is_reinstated=any(movement.amount > 0 for movement in self.balance_transactions),
        )


class StripeErrorBody(msgspec.Struct, frozen=True):
    """The body of a response that is an error."""

    error: StripeError


class StripeEventData(msgspec.Struct, frozen=True):
    object: dict[str, Any]


class StripeEvent(msgspec.Struct, frozen=True):
    id: WebhookEventId
    type: str
    data: StripeEventData

    @property
    def webhook_event(self) -> WebhookEvent:
        """Raises msgspec.ValidationError when the event's object is not what Stripe documents."""
        if self.type in _CHARGE_EVENTS:
            return _charge_event(self.id, _CHARGE_EVENTS[self.type], msgspec.convert(self.data.object, PaymentIntent))
        if self.type in _REFUND_EVENTS:
            return _refund_event(self.id, msgspec.convert(self.data.object, StripeRefund))
        if self.type.startswith(_DISPUTE_EVENTS):
            return _dispute_event(self.id, msgspec.convert(self.data.object, StripeDispute))
        return _ignore(self.id)


def _charge_event(event_id: str, event_type: WebhookEventType, intent: PaymentIntent) -> WebhookEvent:
    payment_id, currency = intent.metadata.get(PAYMENT_ID, ""), intent.currency.upper()
    if parse_payment_id(payment_id) is None:
        return _ignore(event_id)
    amount = intent.amount_received if event_type is WebhookEventType.CHARGE_SUCCEEDED else intent.amount
    reason = (intent.last_payment_error or StripeError()).outcome
    return WebhookEvent(event_id, event_type, payment_id, intent.id, from_stripe(amount, currency), currency, reason)


def _refund_event(event_id: str, refund: StripeRefund) -> WebhookEvent:
    currency, event_type = refund.currency.upper(), _REFUND_STATES.get(refund.status)
    payment_id = (refund.metadata or {}).get(PAYMENT_ID, "")
    known_id = payment_id if parse_payment_id(payment_id) else ""
    if event_type is None or not (known_id or refund.payment_intent):
        return _ignore(event_id)
    return WebhookEvent(
        event_id,
        event_type,
        known_id,
        refund.id,
        from_stripe(refund.amount, currency),
        currency,
        charge_reference=refund.payment_intent or "",
        refund_id=refund.refund_id,
        note=refund.failure,
    )


def _dispute_event(event_id: str, dispute: StripeDispute) -> WebhookEvent:
    currency = dispute.currency.upper()
    if not dispute.payment_intent:
        return _ignore(event_id)
    return WebhookEvent(
        event_id,
        WebhookEventType.DISPUTE_CHANGED,
        reference=dispute.id,
        amount_minor=from_stripe(dispute.amount, currency),
        currency=currency,
        charge_reference=dispute.payment_intent,
        note=dispute.reason,
        dispute=dispute.standing,
    )


def _ignore(event_id: str) -> WebhookEvent:
    return WebhookEvent(event_id, WebhookEventType.IGNORED)
