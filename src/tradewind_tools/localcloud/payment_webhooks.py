"""The webhooks of the fake payment provider, sent to the running shop."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from tradewind.kernel.clock import SystemClock
from tradewind.ordering.public import Refund, RefundState, list_refunds
from tradewind.payments import signatures
from tradewind.payments.fake import SECRET_PURPOSE, SIGNATURE_HEADER, FakeWebhookEvent, charge_reference
from tradewind.payments.model import DisputeStanding, DisputeState, Payment, PaymentState, sources_of_answer
from tradewind.payments.reads import find_payment
from tradewind.settings import Settings
from tradewind_tools.http_client import client_of
from tradewind_tools.localcloud.errors import AlreadySettled, NoRefundToFail, NothingToPay, WebhookRefused
from tradewind_tools.localcloud.inside import shop_at

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

APPROVED, REFUSED = "charge.succeeded", "charge.failed"


_ANSWERS = {
    PaymentState.SUCCEEDED: ("approved", "An administrator can refund it: POST /orders/{}/refunds"),
    PaymentState.REFUNDED: ("approved, and refunded", "Nothing is left to do"),
    PaymentState.DISPUTED: ("approved, and is disputed", "Win or lose the dispute: ./dev pay win-dispute {}"),
    PaymentState.CHARGED_BACK: ("approved, and charged back", "Nothing is left to do"),
    PaymentState.FAILED: ("refused", "It can still be approved: the shop then refunds the charge"),
}


DISPUTES = {
    "dispute": DisputeStanding(DisputeState.OPEN, is_withdrawn=True),
    "win-dispute": DisputeStanding(DisputeState.WON, is_withdrawn=True, is_reinstated=True),
    "lose-dispute": DisputeStanding(DisputeState.LOST, is_withdrawn=True),
}


def play_provider(front_door_url: str, endpoint_url: str, order_id: str, verdict: str) -> None:
    """Send what the provider would: `verdict` is one that `./dev pay` knows.

    Raises NothingToPay, AlreadySettled, NoRefundToFail, WebhookRefused.
    """
    if verdict in DISPUTES:
        webhook = dispute_webhook_for(_find_payment(endpoint_url, order_id), DISPUTES[verdict])
    elif verdict == "fail-refund":
        refunds = _list_refunds(endpoint_url, order_id)
        webhook = failed_refund_webhook_for(_find_payment(endpoint_url, order_id), refunds)
    else:
        kind = APPROVED if verdict == "approve" else REFUSED
        answer_payment(front_door_url, endpoint_url, order_id, kind)
        return
    post_webhook(front_door_url, endpoint_url, webhook)


def answer_payment(front_door_url: str, endpoint_url: str, order_id: str, kind: str) -> None:
    """Answer a payment that can still be answered. Raises NothingToPay, AlreadySettled, WebhookRefused."""
    payment = _find_payment(endpoint_url, order_id)
    if not can_be_answered(payment, kind):
        raise refuse_answer(payment)
    post_webhook(front_door_url, endpoint_url, webhook_for(payment, kind))


def refuse_answer(payment: Payment) -> AlreadySettled:
    """The refusal to answer a payment that is settled: what it was answered, and what can be done instead."""
    return AlreadySettled(payment.order_id, *_ANSWERS[payment.state])


def can_be_answered(payment: Payment, kind: str) -> bool:
    """Whether the answer would change the payment: a provider's approval may come after its refusal."""
    answered = PaymentState.SUCCEEDED if kind == APPROVED else PaymentState.FAILED
    return payment.state in sources_of_answer(answered)


def send_webhook(front_door_url: str, endpoint_url: str, order_id: str, kind: str) -> FakeWebhookEvent:
    """Send a webhook about the order's payment, whatever its state. Raises NothingToPay, WebhookRefused."""
    webhook = webhook_for(_find_payment(endpoint_url, order_id), kind)
    post_webhook(front_door_url, endpoint_url, webhook)
    return webhook


def _list_refunds(endpoint_url: str, order_id: str) -> list[Refund]:
    return list_refunds(shop_at(endpoint_url).table, order_id)


def _find_payment(endpoint_url: str, order_id: str) -> Payment:
    payment = find_payment(shop_at(endpoint_url).table, order_id)
    if payment is None:
        raise NothingToPay(order_id)
    return payment


def webhook_for(payment: Payment, kind: str) -> FakeWebhookEvent:
    """The webhook by which the provider answers the whole payment."""
    return FakeWebhookEvent(
        id=f"evt_{uuid4().hex}",
        type=kind,
        payment_id=payment.payment_id,
        reference=charge_reference(payment.payment_id),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )


def dispute_webhook_for(payment: Payment, standing: DisputeStanding) -> FakeWebhookEvent:
    """The webhook by which the provider tells of a dispute of the whole payment."""
    reference = f"fake_dispute_{payment.payment_id}"
    webhook = msgspec.structs.replace(webhook_for(payment, "dispute.updated"), reference=reference)
    return msgspec.structs.replace(webhook, dispute=standing, note="fraudulent")


def failed_refund_webhook_for(payment: Payment, refunds: list[Refund]) -> FakeWebhookEvent:
    """The webhook by which the provider tells that the latest refund came back. Raises NoRefundToFail."""
    issued = [refund for refund in refunds if refund.state is RefundState.ISSUED and refund.reference]
    if not issued:
        raise NoRefundToFail(payment.order_id)
    latest = max(issued, key=lambda refund: refund.created_at)
    return msgspec.structs.replace(
        webhook_for(payment, "refund.failed"),
        reference=latest.reference or "",
        refund_id=latest.refund_id,
        amount_minor=latest.amount_minor,
        note="expired_or_canceled_card",
    )


def post_webhook(front_door_url: str, endpoint_url: str, webhook: FakeWebhookEvent) -> None:
    """Sign the webhook as the provider does, and send it. Raises WebhookRefused."""
    raw = msgspec.json.encode(webhook)
    headers = {
        "content-type": "application/json",
        SIGNATURE_HEADER: signatures.sign(raw, webhook_key(endpoint_url), SystemClock().now()),
    }
    response = client_of(front_door_url).post(f"{front_door_url}/v1/webhooks/fake", content=raw, headers=headers)
    if response.is_error:
        raise WebhookRefused(response.text)


def webhook_key(endpoint_url: str) -> str:
    """The key that the running shop knows the fake provider by."""
    name = Settings().secret_name(SECRET_PURPOSE)
    return str(_secrets_manager(endpoint_url).get_secret_value(SecretId=name)["SecretString"])


def _secrets_manager(endpoint_url: str) -> SecretsManagerClient:
    from tradewind_tools.localcloud.sdk import local_session  # noqa: PLC0415 - slow to load

    return local_session().client("secretsmanager", endpoint_url=endpoint_url)
