"""Settling payments by their webhooks: late, twice, or in another order, they come to the same."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Write
from tradewind.ordering.public import OrderChanged, read_order, record_refund
from tradewind.payments import reads, writes
from tradewind.payments.errors import ChargeNotFoundYet, UnexpectedWebhook
from tradewind.payments.model import Payment, PaymentState, PaymentWebhookReceived, WebhookEventType, parse_payment_id
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop

_EXTERNAL = "refunded by the shop"
_KNOWN = "known already"


def settle_payment(received: PaymentWebhookReceived, correlation_id: str, shop: Shop) -> str:
    """Record what a webhook says of its payment; returns what came of it, for the log.

    Raises UnexpectedWebhook, ChargeNotFoundYet, OrderChanged, and ProviderTimeout where the provider has to be asked.
    """
    payment_id = received.payment_id or shop.provider.find_payment_id(received.charge_reference)
    if payment_id is None:
        return "not of this shop"
    payment = _find_payment(payment_id, shop)
    _check_expected(payment, received)
    changes = _record(payment, received, EventContext(correlation_id, shop.clock, resume=True), shop)
    if not changes:
        return _KNOWN
    try:
        shop.table.transact(changes)
    except ConditionFailed as failed:
        if 0 in failed.positions:
            return _KNOWN
        raise OrderChanged from failed
    return received.webhook_event_type.value


def _find_payment(payment_id: str, shop: Shop) -> Payment:
    parsed = parse_payment_id(payment_id)
    payment = reads.find_payment(shop.table, *parsed) if parsed else None
    if payment is None:
        raise UnexpectedWebhook(f"there is no payment {payment_id!r}")
    return payment


def _check_expected(payment: Payment, received: PaymentWebhookReceived) -> None:
    """Raises UnexpectedWebhook where more, or another currency, or a second charge moved than the shop asked for."""
    is_charge = received.webhook_event_type is WebhookEventType.CHARGE_SUCCEEDED
    is_whole = received.amount_minor == payment.amount_minor
    is_part = 0 < received.amount_minor <= payment.amount_minor
    if received.currency != payment.currency or not (is_whole if is_charge else is_part):
        raise UnexpectedWebhook(f"payment {payment.payment_id} is of another amount")
    if is_charge and payment.was_charged and received.reference != payment.provider_reference:
        raise UnexpectedWebhook(f"payment {payment.payment_id} was charged twice")


def _record(payment: Payment, received: PaymentWebhookReceived, context: EventContext, shop: Shop) -> list[Write]:
    """The first write's condition says whether the webhook is news; no writes where it is known not to be."""
    match received.webhook_event_type:
        case WebhookEventType.CHARGE_SUCCEEDED:
            return writes.record_success(payment, received.reference, context)
        case WebhookEventType.CHARGE_FAILED:
            return writes.record_failure(payment, received.reason, context, reference=received.reference)
        case WebhookEventType.REFUND_SUCCEEDED:
            return _record_refund(payment, received, context, shop)
        case WebhookEventType.IGNORED:
            raise UnexpectedWebhook(f"webhook event {received.webhook_event_id} is none of the shop's")


def _record_refund(
    payment: Payment, received: PaymentWebhookReceived, context: EventContext, shop: Shop
) -> list[Write]:
    entry = writes.refund_entry(payment, received.reference, received.amount_minor, context.clock.now())
    if received.refund_id:  # the shop asked for it, and announces it itself
        return [writes.insert_ledger_entry(entry)]
    if reads.is_in_ledger(shop.table, entry):  # what is left of the order is less by it already
        return []
    return [writes.insert_ledger_entry(entry), *_record_external_refund(payment, received, context, shop)]


def _record_external_refund(
    payment: Payment, received: PaymentWebhookReceived, context: EventContext, shop: Shop
) -> list[Write]:
    """A refund made at the provider itself is taken as decided: the order counts it, and the customer hears of it."""
    if not payment.was_charged:
        raise ChargeNotFoundYet
    order = read_order(shop.table, payment.customer_id, payment.order_id)
    is_all_refunded = payment.state is PaymentState.REFUNDED
    if order is None or is_all_refunded or order.refunded_minor + received.amount_minor > order.total_minor:
        raise UnexpectedWebhook(f"more of payment {payment.payment_id} was refunded than is left of it")
    return [
        record_refund(order, received.amount_minor, context.clock.now()),
        writes.insert_refund_event(payment, received.reference, received.amount_minor, _EXTERNAL, context),
    ]
