"""What Stripe sends, as far as the shop reads it, and what it means to the shop.

PaymentIntents: https://docs.stripe.com/payments/paymentintents/lifecycle. Fields that are not named here are ignored.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.payments.model import WebhookEventType, parse_payment_id
from tradewind.payments.provider import Charge, ChargeOutcome, WebhookEvent, WebhookEventId
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
_REFUND_EVENTS = frozenset(("refund.created", "refund.updated", "charge.refund.updated"))


class ObjectId(msgspec.Struct, frozen=True):
    """Any object of Stripe's, of which only the id counts."""

    id: str = ""


class StripeError(msgspec.Struct, frozen=True):
    """Why a charge failed; `decline_code` is the bank's own word."""

    code: str | None = None
    decline_code: str | None = None
    payment_intent: ObjectId | None = None

    @property
    def outcome(self) -> ChargeOutcome:
        is_short = "insufficient_funds" in (self.decline_code, self.code)
        return ChargeOutcome.INSUFFICIENT_FUNDS if is_short else ChargeOutcome.CARD_DECLINED


class PaymentIntent(msgspec.Struct, frozen=True):
    """`amount` in Stripe's unit of the currency, whose code is in lower case."""

    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] = {}
    client_secret: str | None = None
    amount_received: int = 0
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
    id: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str] | None = None
    payment_intent: str | None = None


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
        return _ignore(self.id)


def _charge_event(event_id: str, event_type: WebhookEventType, intent: PaymentIntent) -> WebhookEvent:
    payment_id, currency = intent.metadata.get(PAYMENT_ID, ""), intent.currency.upper()
    if parse_payment_id(payment_id) is None:
        return _ignore(event_id)
    amount = intent.amount_received if event_type is WebhookEventType.CHARGE_SUCCEEDED else intent.amount
    reason = (intent.last_payment_error or StripeError()).outcome
    return WebhookEvent(event_id, event_type, payment_id, intent.id, from_stripe(amount, currency), currency, reason)


def _refund_event(event_id: str, refund: StripeRefund) -> WebhookEvent:
    metadata, currency = refund.metadata or {}, refund.currency.upper()
    payment_id = metadata.get(PAYMENT_ID, "")
    known_id = payment_id if parse_payment_id(payment_id) else ""
    if refund.status != "succeeded" or not (known_id or refund.payment_intent):
        return _ignore(event_id)
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


def _ignore(event_id: str) -> WebhookEvent:
    return WebhookEvent(event_id, WebhookEventType.IGNORED)
