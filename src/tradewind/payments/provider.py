"""The protocol that a payment provider fulfils; `fake` is the default, `stripe` stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from tradewind.payments.model import WebhookEventType

WebhookEventId = Annotated[str, Meta(min_length=1, max_length=255)]
"""The provider's own id of a webhook: each is heard once by it."""


class ChargeOutcome(StrEnum):
    """What a provider says of a charge: a business outcome is a value, never an exception."""

    APPROVED = "Paid"
    CARD_DECLINED = "CardDeclined"
    INSUFFICIENT_FUNDS = "InsufficientFunds"
    AWAITING = "AwaitingPayment"


class Charge(msgspec.Struct, frozen=True):
    """A provider's answer; `reference` is its own id of the charge."""

    outcome: ChargeOutcome
    reference: str


class Refund(msgspec.Struct, frozen=True):
    reference: str


class WebhookEvent(msgspec.Struct, frozen=True):
    """What a provider tells of its own accord; of an IGNORED one nothing counts but its id.

    `payment_id` is ours, `reference` the provider's own id of the charge or refund; `reason` says why a charge failed.
    Of a refund, `refund_id` is ours if the shop asked for it; `charge_reference` leads to the payment where no
    `payment_id` does.
    """

    event_id: str
    type: WebhookEventType
    payment_id: str = ""
    reference: str = ""
    amount_minor: int = 0
    currency: str = ""
    reason: ChargeOutcome = ChargeOutcome.CARD_DECLINED
    charge_reference: str = ""
    refund_id: str = ""


class ProviderTimeout(Exception):
    """No answer came in time: the charge may have been made or not; `look_up` tells."""


class PaymentProvider(Protocol):
    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        """Charge once per key, however often it is asked within a day. Raises ProviderTimeout."""
        ...

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:
        """Give money back, once per key. Raises ProviderTimeout."""
        ...

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:
        """What became of the charge with this key; None when the provider never heard of it. Raises ProviderTimeout.

        `reference` is the provider's own id of the charge, where it is known.
        """
        ...

    def payment_of(self, charge_reference: str) -> str | None:
        """Our id of the payment that a charge was made for; None when it is not one of this shop's.

        Raises ProviderTimeout.
        """
        ...

    def client_secret(self, reference: str) -> str | None:
        """What the customer's own client needs to answer a charge that waits for them; None when none does.

        It is the customer's alone: never stored, never logged. Raises ProviderTimeout.
        """
        ...

    def cancel(self, key: str, reference: str) -> Charge:
        """Call off a charge that is awaited, so that it is never made. Raises ProviderTimeout.

        Returns what became of it: a refusal once it is called off, or what made that impossible.
        """
        ...

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:
        """What a webhook's request tells; header names are in lower case. Raises InvalidSignature, InvalidWebhook."""
        ...
