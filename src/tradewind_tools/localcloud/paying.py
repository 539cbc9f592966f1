"""Playing the fake payment provider: its webhook tells the running shop what became of a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from tradewind.kernel.clock import SystemClock
from tradewind.payments import signatures
from tradewind.payments.fake import SECRET_PURPOSE, SIGNATURE_HEADER, FakeWebhookEvent, charge_reference
from tradewind.payments.model import PAYMENT_STATES, Payment, PaymentState
from tradewind.payments.reads import find_payment
from tradewind.settings import Settings
from tradewind_tools.http_client import client_of
from tradewind_tools.localcloud.errors import LocalCloudError
from tradewind_tools.localcloud.inside import shop_at

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

APPROVED, REFUSED = "charge.succeeded", "charge.failed"


class NothingToPay(LocalCloudError):
    """The order has no payment yet."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"There is no payment for an order {order_id!r} yet. ./dev logs process-payment tells more")


class AlreadySettled(LocalCloudError):
    """The payment does not wait for an answer, and this one would change nothing."""

    def __init__(self, payment: Payment) -> None:
        answer, way_on = _ANSWERS[payment.state]
        order_id = payment.order_id
        super().__init__(f"It is too late: the payment of order {order_id} was {answer}. {way_on.format(order_id)}")


class WebhookRefused(LocalCloudError):
    """The shop did not take the webhook."""

    def __init__(self, answer: str) -> None:
        super().__init__(f"The shop did not take the webhook: {answer}")


_ANSWERS = {
    PaymentState.SUCCEEDED: ("approved", "An administrator can refund it: POST /orders/{}/refunds"),
    PaymentState.REFUNDED: ("approved, and refunded", "Nothing is left to do"),
    PaymentState.FAILED: ("refused", "It can still be approved: the shop then refunds the charge"),
}


def settle(front_door_url: str, endpoint_url: str, order_id: str, kind: str) -> None:
    """Answer a payment that can still be answered. Raises NothingToPay, AlreadySettled, WebhookRefused."""
    payment = _find_payment(endpoint_url, order_id)
    if not can_be_answered(payment, kind):
        raise AlreadySettled(payment)
    send(front_door_url, endpoint_url, webhook_for(payment, kind))


def can_be_answered(payment: Payment, kind: str) -> bool:
    """Whether the answer would change the payment: a provider's approval may come after its refusal."""
    answered = PaymentState.SUCCEEDED if kind == APPROVED else PaymentState.FAILED
    return payment.state in PAYMENT_STATES.sources(answered)


def tell(front_door_url: str, endpoint_url: str, order_id: str, kind: str) -> FakeWebhookEvent:
    """Send a webhook about the order's payment, whatever its state. Raises NothingToPay, WebhookRefused."""
    webhook = webhook_for(_find_payment(endpoint_url, order_id), kind)
    send(front_door_url, endpoint_url, webhook)
    return webhook


def _find_payment(endpoint_url: str, order_id: str) -> Payment:
    payment = find_payment(shop_at(endpoint_url).table, order_id)
    if payment is None:
        raise NothingToPay(order_id)
    return payment


def webhook_for(payment: Payment, kind: str) -> FakeWebhookEvent:
    """What the provider says of the whole payment."""
    return FakeWebhookEvent(
        id=f"evt_{uuid4().hex}",
        type=kind,
        payment_id=payment.payment_id,
        reference=charge_reference(payment.payment_id),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )


def send(front_door_url: str, endpoint_url: str, webhook: FakeWebhookEvent) -> None:
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
