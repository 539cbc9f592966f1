"""Charging an order, at most once: record the attempt, ask the provider, record its answer.

The attempt is recorded first, so that no money is taken without a trace. Each of the three may be repeated: a run that
dies between them is started again, finds the attempt, asks with the same idempotency key, and is answered as before.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import msgspec

from tradewind.aws.table import ConditionFailed
from tradewind.kernel.clock import Clock
from tradewind.payments import reads, writes
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import CANCELLED, FIRST_ATTEMPT, Payment, PaymentState
from tradewind.payments.provider import Charge, ChargeOutcome
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop

_KEY_VALID_FOR = timedelta(hours=23)
"""Providers forget an idempotency key after a day: asked again after that, they would charge again."""


class ChargeRequest(msgspec.Struct, frozen=True):
    """What to charge an order; `token` is the payment method that the provider gave to the client."""

    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    token: str
    correlation_id: str


def charge_order(request: ChargeRequest, shop: Shop) -> str:
    """Charge an order once. Returns `Paid`, `AwaitingPayment`, `Refunded`, or why it was not charged.

    Raises ProviderTimeout when the provider neither answers nor knows the charge: try again later.
    """
    payment = _record_attempt(request, shop)
    outcome = recorded_outcome(payment)
    if outcome is None:
        charge = _ask_provider(payment, request.token, shop)
        outcome = _record_answer(payment, charge, EventContext(request.correlation_id, shop.clock), shop)
    return outcome


def recorded_outcome(payment: Payment) -> str | None:
    """What was answered before; None while the provider has to be asked."""
    match payment.state:
        case PaymentState.SUCCEEDED | PaymentState.DISPUTED | PaymentState.CHARGED_BACK:
            return ChargeOutcome.APPROVED.value
        case PaymentState.REFUNDED:
            return "Refunded"
        case _:
            return payment.failure


def _record_attempt(request: ChargeRequest, shop: Shop) -> Payment:
    """The attempt as it was just recorded, or as it is since an earlier run recorded it."""
    now = shop.clock.now()
    payment = Payment(
        payment_id=f"{request.order_id}-{FIRST_ATTEMPT}",
        order_id=request.order_id,
        customer_id=request.customer_id,
        attempt=FIRST_ATTEMPT,
        state=PaymentState.REQUESTED,
        amount_minor=request.amount_minor,
        currency=request.currency,
        created_at=now,
        updated_at=now,
    )
    with suppress(ConditionFailed):
        shop.table.write(writes.insert_payment(payment))
        return payment
    return reads.reread_payment(shop.table, payment)


def _ask_provider(payment: Payment, token: str, shop: Shop) -> Charge | None:
    """The provider's answer; None when it does not know a charge that may not be requested any more."""
    if payment.amount_minor == 0:  # no provider charges nothing
        return Charge(ChargeOutcome.APPROVED, payment.payment_id)
    if payment.state is PaymentState.AWAITING or _is_key_expired(payment, shop.clock):
        return shop.provider.look_up(payment.payment_id, token, payment.provider_reference)
    return _request_charge(payment, token, shop)


def _request_charge(payment: Payment, token: str, shop: Shop) -> Charge:
    """A lost answer is looked up: the charge may have been made. Raises ProviderTimeout when it is not known."""
    try:
        return shop.provider.charge(payment.payment_id, payment.amount_minor, payment.currency, token)
    except ProviderTimeout:
        charge = shop.provider.look_up(payment.payment_id, token, None)
        if charge is None:
            raise
        return charge


def _record_answer(payment: Payment, charge: Charge | None, context: EventContext, shop: Shop) -> str:
    """Record the provider's answer and return its outcome; where a webhook or another run was faster, theirs."""
    if charge:
        answer, outcome = writes.record_answer(payment, charge, context), charge.outcome.value
    else:
        answer, outcome = writes.record_not_found(payment, context), CANCELLED
    try:
        shop.table.transact(answer)
    except ConditionFailed:
        return recorded_outcome(reads.reread_payment(shop.table, payment)) or ChargeOutcome.AWAITING.value
    return outcome


def _is_key_expired(payment: Payment, clock: Clock) -> bool:
    return clock.now() - payment.created_at > _KEY_VALID_FOR
