"""The operations of payments: a provider's notices, and an order's ledger."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from tradewind.aws.events import recorded
from tradewind.aws.table import ConditionFailed, Put, TableBusy
from tradewind.edge.http import BodyTooLarge, Nothing, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.kernel.events import event
from tradewind.payments import store
from tradewind.payments.errors import BadSignature, PaymentNotFound, ProviderNotFound, ProviderSilent, UnreadableNotice
from tradewind.payments.messages import OrderPayments, PaymentAction, PaymentsPath, Received, WebhookPath
from tradewind.payments.model import NoticeKind, Payment, PaymentNoticed, PaymentState
from tradewind.payments.provider import Notice, ProviderTimeout
from tradewind.payments.views import order_payments
from tradewind.shop import Shop


@endpoint(params=WebhookPath, errors=(ProviderNotFound, BadSignature, UnreadableNotice, BodyTooLarge, TableBusy))
def receive_notice(request: Request[Nothing, WebhookPath], shop: Shop) -> Received:
    """Take what a payment provider tells of its own accord, signed; it is stored once, and worked on afterwards.

    A notice that came before changes nothing; one that tells nothing of a payment is not kept.
    """
    if request.params.provider != shop.settings.payment_provider:
        raise ProviderNotFound(f"The shop takes no money through {request.params.provider!r}.")
    notice = shop.provider.parse_notice(request.raw_body.encode(), request.headers, shop.clock.now())
    request.journal.note(noticeId=notice.notice_id, kind=notice.kind.value, paymentId=notice.payment_id)
    if notice.kind is not NoticeKind.IGNORED:
        with suppress(ConditionFailed):
            shop.table.transact(_kept(notice, request, shop))
    return Received(received=True)


@endpoint(role=Role.ADMIN, params=PaymentsPath, errors=(PaymentNotFound,))
def get_payments(request: Request[Nothing, PaymentsPath], shop: Shop) -> OrderPayments:
    """Read what an order was charged and refunded: its payments, the ledger, and what the ledger adds up to."""
    order_id = request.params.order_id
    payments = store.of_order(shop.table, order_id)
    if not payments:
        raise PaymentNotFound(f"Nobody was asked to pay for an order {order_id!r}.")
    return order_payments(order_id, payments, store.ledger(shop.table, order_id))


@endpoint(role=Role.CUSTOMER, params=PaymentsPath, errors=(PaymentNotFound, ProviderSilent))
def get_payment_action(request: Request[Nothing, PaymentsPath], shop: Shop) -> PaymentAction:
    """Read whether your bank wants you to confirm an order's payment, and what your client needs for that.

    It is asked of the provider each time: only the order's own customer gets to see it, no administrator and no record.
    """
    order_id = request.params.order_id
    payment = store.read(shop.table, order_id, store.FIRST_ATTEMPT)
    if payment is None or payment.customer_id != request.caller.user_id:
        raise PaymentNotFound(f"Nobody was asked to pay for an order {order_id!r} of yours.")
    secret = _client_secret(payment, shop)
    return PaymentAction(order_id, secret is not None, shop.settings.payment_provider, secret)


def _client_secret(payment: Payment, shop: Shop) -> str | None:
    if payment.state is not PaymentState.AWAITING or payment.provider_reference is None:
        return None
    try:
        return shop.provider.client_secret(payment.provider_reference)
    except ProviderTimeout as silence:
        raise ProviderSilent(
            "The payment provider does not answer. Please try again.", retry_after_seconds=5
        ) from silence


def _kept(notice: Notice, request: Request[Any, WebhookPath], shop: Shop) -> list[Put]:
    """The record that it came, and the event that tells of it; both are forgotten after a while."""
    provider = request.params.provider
    told = PaymentNoticed(
        provider=provider,
        notice_id=notice.notice_id,
        kind=notice.kind,
        payment_id=notice.payment_id,
        reference=notice.reference,
        amount_minor=notice.amount_minor,
        currency=notice.currency,
        reason=notice.reason.value,
        charge_reference=notice.charge_reference,
        refund_id=notice.refund_id,
    )
    fact = event(
        told,
        about=notice.payment_id or notice.charge_reference,
        sequence=1,
        clock=shop.clock,
        correlation_id=request.journal.correlation_id,
    )
    record = store.noticed(provider, notice.notice_id, shop.clock.now())
    fact_record = recorded(fact, record.key.pk)
    return [record, Put(fact_record.item | {"expiresAt": record.item["expiresAt"]})]
