"""The operations of payments while an order is paid: the provider's webhooks, and what the customer has to do."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from importlib import import_module

from tradewind.aws.table import ConditionFailed, TableBusy
from tradewind.edge.errors import BodyTooLarge
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.payments import reads, writes
from tradewind.payments.errors import (
    InvalidSignature,
    InvalidWebhook,
    PaymentNotFound,
    ProviderNotFound,
    ProviderTimeout,
    ProviderUnavailable,
)
from tradewind.payments.messages import PaymentAction, PaymentsPath, WebhookPath, WebhookReceipt
from tradewind.payments.model import Payment, PaymentState, WebhookEventType
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop, prepare_in_init

prepare_in_init(partial(import_module, "socket"))
"""The provider's key comes from the secrets extension."""


@endpoint(
    params=WebhookPath,
    errors=(ProviderNotFound, InvalidSignature, InvalidWebhook, BodyTooLarge, TableBusy),
    connects_to=("table", "provider"),
)
def receive_webhook(request: Request[Empty, WebhookPath], shop: Shop) -> WebhookReceipt:
    """Receive a payment webhook.

    It must carry the provider's signature of the raw body. The event is stored once and processed afterwards: receiving
    it again changes nothing. An event that does not concern a payment of this shop is accepted and not stored.
    """
    if request.params.provider != shop.settings.payment_provider:
        raise ProviderNotFound(f"The shop does not accept payments through {request.params.provider!r}.")
    webhook = shop.provider.parse_webhook(request.raw_body.encode(), request.headers, shop.clock.now())
    request.log.add(webhookEventId=webhook.event_id, type=webhook.type.value, paymentId=webhook.payment_id)
    if webhook.type is not WebhookEventType.IGNORED:
        context = EventContext(request.log.correlation_id, shop.clock)
        with suppress(ConditionFailed):
            shop.table.transact(writes.insert_webhook(webhook, request.params.provider, context))
    return WebhookReceipt(received=True)


@endpoint(
    role=Role.CUSTOMER,
    params=PaymentsPath,
    errors=(PaymentNotFound, ProviderUnavailable),
    connects_to=("table", "provider"),
)
def get_payment_action(request: Request[Empty, PaymentsPath], shop: Shop) -> PaymentAction:
    """Get an order's payment action.

    Whether the customer's bank wants them to confirm the payment, and what their client needs for that. Only the
    order's own customer may see it, no administrator; it is requested from the provider each time and never stored.
    """
    order_id = request.params.order_id
    payment = reads.find_payment(shop.table, order_id)
    if payment is None or payment.customer_id != request.caller.user_id:
        raise PaymentNotFound(f"There is no payment for an order {order_id!r} of yours.")
    secret = _get_client_secret(payment, shop)
    return PaymentAction(order_id, secret is not None, shop.settings.payment_provider, secret)


def _get_client_secret(payment: Payment, shop: Shop) -> str | None:
    if payment.state is not PaymentState.AWAITING or payment.provider_reference is None:
        return None
    try:
        return shop.provider.get_client_secret(payment.provider_reference)
    except ProviderTimeout as timeout:
        raise ProviderUnavailable(
            "The payment provider does not answer. Please try again.", retry_after_seconds=5
        ) from timeout
