"""The operations of payments: a provider's webhooks, and an order's payments."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from tradewind.aws.events import recorded
from tradewind.aws.table import ConditionFailed, Put, TableBusy
from tradewind.edge.http import BodyTooLarge, Nothing, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.kernel.events import event
from tradewind.payments import store
from tradewind.payments.errors import (
    InvalidSignature,
    InvalidWebhook,
    PaymentNotFound,
    ProviderNotFound,
    ProviderUnavailable,
)
from tradewind.payments.messages import OrderPayments, PaymentAction, PaymentsPath, WebhookPath, WebhookReceipt
from tradewind.payments.model import Payment, PaymentState, PaymentWebhookReceived, WebhookEventType
from tradewind.payments.provider import ProviderTimeout, WebhookEvent
from tradewind.payments.views import order_payments
from tradewind.shop import Shop


@endpoint(params=WebhookPath, errors=(ProviderNotFound, InvalidSignature, InvalidWebhook, BodyTooLarge, TableBusy))
def receive_webhook(request: Request[Nothing, WebhookPath], shop: Shop) -> WebhookReceipt:
    """Receive a payment webhook.

    It must carry the provider's signature of the raw body. The event is stored once and processed afterwards: receiving
    it again changes nothing. An event that does not concern a payment of this shop is accepted and not stored.
    """
    if request.params.provider != shop.settings.payment_provider:
        raise ProviderNotFound(f"The shop does not accept payments through {request.params.provider!r}.")
    webhook = shop.provider.parse_webhook(request.raw_body.encode(), request.headers, shop.clock.now())
    request.journal.note(webhookEventId=webhook.event_id, type=webhook.type.value, paymentId=webhook.payment_id)
    if webhook.type is not WebhookEventType.IGNORED:
        with suppress(ConditionFailed):
            shop.table.transact(_kept(webhook, request, shop))
    return WebhookReceipt(received=True)


@endpoint(role=Role.ADMIN, params=PaymentsPath, errors=(PaymentNotFound,))
def get_payments(request: Request[Nothing, PaymentsPath], shop: Shop) -> OrderPayments:
    """Get an order's payments.

    The attempts to charge it, the ledger of the money that moved, and the balance.
    """
    order_id = request.params.order_id
    payments = store.of_order(shop.table, order_id)
    if not payments:
        raise PaymentNotFound(f"There is no payment for an order {order_id!r}.")
    return order_payments(order_id, payments, store.ledger(shop.table, order_id))


@endpoint(role=Role.CUSTOMER, params=PaymentsPath, errors=(PaymentNotFound, ProviderUnavailable))
def get_payment_action(request: Request[Nothing, PaymentsPath], shop: Shop) -> PaymentAction:
    """Get an order's payment action.

    Whether the customer's bank wants them to confirm the payment, and what their client needs for that. Only the
    order's own customer may see it, no administrator; it is requested from the provider each time and never stored.
    """
    order_id = request.params.order_id
    payment = store.read(shop.table, order_id, store.FIRST_ATTEMPT)
    if payment is None or payment.customer_id != request.caller.user_id:
        raise PaymentNotFound(f"There is no payment for an order {order_id!r} of yours.")
    secret = _client_secret(payment, shop)
    return PaymentAction(order_id, secret is not None, shop.settings.payment_provider, secret)


def _client_secret(payment: Payment, shop: Shop) -> str | None:
    if payment.state is not PaymentState.AWAITING or payment.provider_reference is None:
        return None
    try:
        return shop.provider.client_secret(payment.provider_reference)
    except ProviderTimeout as silence:
        raise ProviderUnavailable(
            "The payment provider does not answer. Please try again.", retry_after_seconds=5
        ) from silence


def _kept(webhook: WebhookEvent, request: Request[Any, WebhookPath], shop: Shop) -> list[Put]:
    """The record that it came, and the event that tells of it; both are forgotten after a while."""
    provider = request.params.provider
    told = PaymentWebhookReceived(
        provider=provider,
        webhook_event_id=webhook.event_id,
        webhook_event_type=webhook.type,
        payment_id=webhook.payment_id,
        reference=webhook.reference,
        amount_minor=webhook.amount_minor,
        currency=webhook.currency,
        reason=webhook.reason.value,
        charge_reference=webhook.charge_reference,
        refund_id=webhook.refund_id,
    )
    fact = event(
        told,
        about=webhook.payment_id or webhook.charge_reference,
        sequence=1,
        clock=shop.clock,
        correlation_id=request.journal.correlation_id,
    )
    record = store.insert_webhook(provider, webhook.event_id, shop.clock.now())
    fact_record = recorded(fact, record.key.pk)
    return [record, Put(fact_record.item | {"expiresAt": record.item["expiresAt"]})]
