"""What providers and customers send to payments, and receive."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import OrderId, RequestMessage
from tradewind.kernel.text import Identifier


class WebhookPath(RequestMessage, frozen=True):
    provider: Annotated[Identifier, Meta(min_length=1, max_length=50, examples=["fake"])]


class WebhookReceipt(Struct, frozen=True, rename="camel"):
    """The webhook was received: there is no need to send it again."""

    received: bool


class PaymentsPath(RequestMessage, frozen=True):
    order_id: OrderId


class PaymentAction(Struct, frozen=True, rename="camel"):
    """What the customer has to do before an order is paid.

    Where `isRequired`, their bank wants a confirmation: hand the `clientSecret` to the client library of `provider`,
    which shows it. Never store the secret, and never show it to anybody else.
    """

    order_id: str
    is_required: bool
    provider: str
    client_secret: str | None
