"""Settling payments by their webhooks: late, twice, or in another order, they come to the same."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Write
from tradewind.ordering.public import Refund, RefundState, find_refund
from tradewind.payments import reads, writes
from tradewind.payments.disputes import record_dispute
from tradewind.payments.errors import ChargeNotFoundYet, UnexpectedWebhook
from tradewind.payments.model import (
    Payment,
    PaymentWebhookReceived,
    WebhookEventType,
    parse_payment_id,
)
from tradewind.payments.refunds import fail, settle, settle_external
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop

_KNOWN = "known already"
_CHARGES = (WebhookEventType.CHARGE_SUCCEEDED, WebhookEventType.CHARGE_FAILED)


def settle_payment(received: PaymentWebhookReceived, correlation_id: str, shop: Shop) -> str:
    """Record what a webhook says of its payment; returns what came of it, for the log.

    Raises UnexpectedWebhook, ChargeNotFoundYet, OrderChanged, and ProviderTimeout where the provider has to be asked.
    """
    payment_id = received.payment_id or shop.provider.find_payment_id(received.charge_reference)
    if payment_id is None:
        return "not of this shop"
    payment = _find_payment(payment_id, shop)
    _check_expected(payment, received)
    is_news = _record(payment, received, EventContext(correlation_id, shop.clock, resume=True), shop)
    return received.webhook_event_type.value if is_news else _KNOWN


def _find_payment(payment_id: str, shop: Shop) -> Payment:
    parsed = parse_payment_id(payment_id)
    payment = reads.find_payment(shop.table, *parsed) if parsed else None
    if payment is None:
        raise UnexpectedWebhook(f"there is no payment {payment_id!r}")
    return payment


def _check_expected(payment: Payment, received: PaymentWebhookReceived) -> None:
    """Raises UnexpectedWebhook where more, or another currency, or a second charge moved than the shop asked for.

    A bank may dispute another amount than was charged.
    """
    kind, amount_minor = received.webhook_event_type, received.amount_minor
    is_charge, is_dispute = kind is WebhookEventType.CHARGE_SUCCEEDED, kind is WebhookEventType.DISPUTE_CHANGED
    is_whole, is_part = amount_minor == payment.amount_minor, 0 < amount_minor <= payment.amount_minor
    if received.currency != payment.currency or not (is_dispute or (is_whole if is_charge else is_part)):
        raise UnexpectedWebhook(f"payment {payment.payment_id} is of another amount")
    if is_charge and payment.was_charged and received.reference != payment.provider_reference:
        raise UnexpectedWebhook(f"payment {payment.payment_id} was charged twice")


def _record(payment: Payment, received: PaymentWebhookReceived, context: EventContext, shop: Shop) -> bool:
    """Whether the webhook was news."""
    if received.webhook_event_type in _CHARGES:
        return _record_charge(payment, received, context, shop)
    if not payment.was_charged:
        raise ChargeNotFoundYet
    match received.webhook_event_type:
        case WebhookEventType.REFUND_SUCCEEDED:
            return _record_refund(payment, received, context, shop)
        case WebhookEventType.REFUND_FAILED:
            return _record_failed_refund(payment, received, context, shop)
        case WebhookEventType.DISPUTE_CHANGED if received.dispute:
            return record_dispute(payment, received, received.dispute, context, shop)
        case _:
            raise UnexpectedWebhook(f"webhook event {received.webhook_event_id} is none of the shop's")


def _record_charge(payment: Payment, received: PaymentWebhookReceived, context: EventContext, shop: Shop) -> bool:
    changes: list[Write]
    if received.webhook_event_type is WebhookEventType.CHARGE_SUCCEEDED:
        changes = writes.record_success(payment, received.reference, context)
    else:
        changes = writes.record_failure(payment, received.reason, context, reference=received.reference)
    try:
        shop.table.transact(changes)
    except ConditionFailed:
        return False
    return True


def _record_refund(payment: Payment, received: PaymentWebhookReceived, context: EventContext, shop: Shop) -> bool:
    """A refund is the shop's own only where the shop decided it, and made no other under its id."""
    refund = _find_refund(payment, received, shop)
    if refund is None:
        return settle_external(payment, received.reference, received.amount_minor, context.correlation_id, shop)
    if refund.state is not RefundState.REQUESTED:
        return False
    settle(refund, received.reference, shop)
    return True


def _record_failed_refund(
    payment: Payment, received: PaymentWebhookReceived, context: EventContext, shop: Shop
) -> bool:
    """One that was made at the provider, and of which nothing was known, is entered first."""
    refund = _find_refund(payment, received, shop)
    if refund is None:
        settle_external(payment, received.reference, received.amount_minor, context.correlation_id, shop)
        refund = find_refund(shop.table, payment.order_id, received.reference)
    if refund is None or refund.state is RefundState.FAILED:
        return False
    fail(refund, received.note, shop, reference=received.reference)
    return True


def _find_refund(payment: Payment, received: PaymentWebhookReceived, shop: Shop) -> Refund | None:
    """The refund that a webhook is about: one that the shop decided, or one that was made at the provider before."""
    names = [name for name in (received.refund_id, received.reference) if name]
    found = (find_refund(shop.table, payment.order_id, name) for name in names)
    return next((refund for refund in found if refund and _is_about(refund, received)), None)


def _is_about(refund: Refund, received: PaymentWebhookReceived) -> bool:
    is_open = refund.state is RefundState.REQUESTED and refund.amount_minor == received.amount_minor
    return is_open or refund.reference == received.reference
