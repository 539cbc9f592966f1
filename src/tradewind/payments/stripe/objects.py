"""What Stripe sends, as far as the shop reads it, and what that means to the shop.

PaymentIntents: https://docs.stripe.com/payments/paymentintents/lifecycle. Fields that are not named here are ignored.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.payments.model import WebhookEventType, parted
from tradewind.payments.provider import Charge, ChargeOutcome, WebhookEvent, WebhookEventId
from tradewind.payments.stripe.money import from_stripe

PAYMENT_ID = "payment_id"
"""The metadata that names our payment."""

REFUND_ID = "refund_id"
"""The metadata that names a refund of ours; one that was made in Stripe's dashboard has none."""

_STATES = {
    "succeeded": ChargeOutcome.APPROVED,
    "processing": ChargeOutcome.AWAITING,
    "requires_action": ChargeOutcome.AWAITING,
    "requires_confirmation": ChargeOutcome.AWAITING,
    "requires_capture": ChargeOutcome.AWAITING,
    "canceled": ChargeOutcome.CARD_DECLINED,
}
_CHARGES = {
    "payment_intent.succeeded": WebhookEventType.CHARGE_SUCCEEDED,
    "payment_intent.payment_failed": WebhookEventType.CHARGE_FAILED,
    "payment_intent.canceled": WebhookEventType.CHARGE_FAILED,
}
_REFUNDS = frozenset(("refund.created", "refund.updated", "charge.refund.updated"))


class Named(msgspec.Struct, frozen=True):
    id: str = ""


class PaymentError(msgspec.Struct, frozen=True):
    """Why a charge failed; `decline_code` is the bank's own word."""

    code: str | None = None
    decline_code: str | None = None
    payment_intent: Named | None = None

    @property
    def outcome(self) -> ChargeOutcome:
        short = "insufficient_funds" in (self.decline_code, self.code)
        return ChargeOutcome.INSUFFICIENT_FUNDS if short else ChargeOutcome.CARD_DECLINED


class PaymentIntent(msgspec.Struct, frozen=True):
    """`amount` in Stripe's unit of the currency, whose code is in lower case."""

    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] = {}
    client_secret: str | None = None
    amount_received: int = 0
    last_payment_error: PaymentError | None = None

    @property
    def waits_for_customer(self) -> bool:
        """Their bank asks them whether they mean it: 3-D Secure."""
        return self.status == "requires_action"

    @property
    def charge(self) -> Charge:
        return Charge(self.outcome, self.id)

    @property
    def outcome(self) -> ChargeOutcome:
        """A state that Stripe has added since is waited for: its webhook will tell."""
        if self.status == "requires_payment_method":
            return (self.last_payment_error or PaymentError()).outcome
        return _STATES.get(self.status, ChargeOutcome.AWAITING)


class PaymentIntents(msgspec.Struct, frozen=True):
    data: list[PaymentIntent]


class Refund(msgspec.Struct, frozen=True):
    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] | None = None
    payment_intent: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """The body of an answer that is an error."""

    error: PaymentError


class EventObject(msgspec.Struct, frozen=True):
    object: dict[str, Any]


class StripeEvent(msgspec.Struct, frozen=True):
    id: WebhookEventId
    type: str
    data: EventObject

    @property
    def webhook(self) -> WebhookEvent:
        """Raises msgspec.ValidationError when the event's object is not what Stripe documents."""
        if self.type in _CHARGES:
            return _of_charge(self.id, _CHARGES[self.type], msgspec.convert(self.data.object, PaymentIntent))
        if self.type in _REFUNDS:
            return _of_refund(self.id, msgspec.convert(self.data.object, Refund))
        return _ignored(self.id)


def _of_charge(event_id: str, event_type: WebhookEventType, intent: PaymentIntent) -> WebhookEvent:
    payment_id, currency = intent.metadata.get(PAYMENT_ID, ""), intent.currency.upper()
    if parted(payment_id) is None:
        return _ignored(event_id)
    amount = intent.amount_received if event_type is WebhookEventType.CHARGE_SUCCEEDED else intent.amount
    reason = (intent.last_payment_error or PaymentError()).outcome
    return WebhookEvent(event_id, event_type, payment_id, intent.id, from_stripe(amount, currency), currency, reason)


def _of_refund(event_id: str, refund: Refund) -> WebhookEvent:
    metadata, currency = refund.metadata or {}, refund.currency.upper()
    payment_id = metadata.get(PAYMENT_ID, "")
    known_id = payment_id if parted(payment_id) else ""
    if refund.status != "succeeded" or not (known_id or refund.payment_intent):
        return _ignored(event_id)
    return WebhookEvent(
        event_id,
        WebhookEventType.REFUND_SUCCEEDED,
        known_id,
        refund.id,
        from_stripe(refund.amount, currency),
        currency,
        charge_reference=refund.payment_intent or "",
        refund_id=metadata.get(REFUND_ID, ""),
    )


def _ignored(event_id: str) -> WebhookEvent:
    return WebhookEvent(event_id, WebhookEventType.IGNORED)
