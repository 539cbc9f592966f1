"""Applying what a provider has told: late, twice, or in another order, it comes to the same."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Write
from tradewind.kernel.errors import ComeAgain
from tradewind.ordering.public import read_order, refunded_elsewhere
from tradewind.payments import store
from tradewind.payments.answers import Hearing, approved, ledger_entry, refused, told_once
from tradewind.payments.model import (
    LedgerKind,
    Payment,
    PaymentState,
    PaymentWebhookReceived,
    RefundIssued,
    WebhookEventType,
    parted,
)
from tradewind.shop import Shop

_BY_HAND = "given back by the shop"
_KNOWN = "known already"


class UnexpectedWebhook(Exception):
    """A webhook that does not fit what the shop has asked for: a person must look at it in its dead-letter queue."""


class ChargeNotFoundYet(ComeAgain):
    """A refund of what nobody has heard to be charged: the webhooks have overtaken each other."""


class OrderMoving(ComeAgain):
    """The order has changed meanwhile."""


def apply(received: PaymentWebhookReceived, correlation_id: str, shop: Shop) -> str:
    """Settle the payment that the webhook is about; what came of it, in a word.

    Raises UnexpectedWebhook, ChargeNotFoundYet, OrderMoving, and ProviderTimeout where the provider has to be asked.
    """
    payment_id = received.payment_id or shop.provider.payment_of(received.charge_reference)
    if payment_id is None:
        return "not of this shop"
    payment = _payment(payment_id, received, shop)
    writes = _writes(payment, received, Hearing(correlation_id, shop.clock, resume=True), shop)
    if not writes:
        return _KNOWN
    try:
        shop.table.transact(writes)
    except ConditionFailed as failed:
        if 0 in failed.positions:
            return _KNOWN
        raise OrderMoving from failed
    return received.webhook_event_type.value


def _payment(payment_id: str, received: PaymentWebhookReceived, shop: Shop) -> Payment:
    named = parted(payment_id)
    payment = store.read(shop.table, *named) if named else None
    if payment is None:
        raise UnexpectedWebhook(f"there is no payment {payment_id!r}")
    _check(payment, received)
    return payment


def _check(payment: Payment, received: PaymentWebhookReceived) -> None:
    is_charge = received.webhook_event_type is WebhookEventType.CHARGE_SUCCEEDED
    is_whole = received.amount_minor == payment.amount_minor
    is_part = 0 < received.amount_minor <= payment.amount_minor
    if received.currency != payment.currency or not (is_whole if is_charge else is_part):
        raise UnexpectedWebhook(f"payment {payment.payment_id} is of another amount")
    if is_charge and payment.was_charged and received.reference != payment.provider_reference:
        raise UnexpectedWebhook(f"payment {payment.payment_id} was charged twice")


def _writes(payment: Payment, received: PaymentWebhookReceived, hearing: Hearing, shop: Shop) -> list[Write]:
    """The first of them says by its condition whether the webhook is news; none where it is known not to be."""
    match received.webhook_event_type:
        case WebhookEventType.CHARGE_SUCCEEDED:
            return approved(payment, received.reference, hearing)
        case WebhookEventType.CHARGE_FAILED:
            return refused(payment, received.reason, hearing, received.reference)
        case WebhookEventType.REFUND_SUCCEEDED:
            now = hearing.clock.now()
            entry = ledger_entry(payment, LedgerKind.REFUNDED, received.reference, received.amount_minor, now)
            if received.refund_id:
                return [store.recorded(entry, once=True)]
            if store.is_recorded(shop.table, entry):  # what is left of the order is less by it already
                return []
            return [store.recorded(entry, once=True), *_decided_elsewhere(payment, received, hearing, shop)]
        case WebhookEventType.IGNORED:
            raise UnexpectedWebhook(f"webhook {received.webhook_event_id} tells nothing")


def _decided_elsewhere(payment: Payment, received: PaymentWebhookReceived, hearing: Hearing, shop: Shop) -> list[Write]:
    """What the shop did not decide on, it takes as decided: the order counts it, and the customer is told."""
    if not payment.was_charged:
        raise ChargeNotFoundYet
    order = read_order(shop.table, payment.customer_id, payment.order_id)
    is_all_back = payment.state is PaymentState.REFUNDED
    if order is None or is_all_back or order.refunded_minor + received.amount_minor > order.total_minor:
        raise UnexpectedWebhook(f"more went back of payment {payment.payment_id} than is left of it")
    told = RefundIssued(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        refund_id=received.reference,
        amount_minor=received.amount_minor,
        currency=received.currency,
        reason=_BY_HAND,
    )
    return [
        refunded_elsewhere(order, received.amount_minor, hearing.clock.now()),
        told_once(payment, told, received.reference, hearing),
    ]
