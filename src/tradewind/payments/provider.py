"""The protocol of a payment provider, and what it answers; `fake` is the default, `stripe` stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from tradewind.payments.model import DisputeStanding, LedgerKind, WebhookEventType

WebhookEventId = Annotated[str, Meta(min_length=1, max_length=255)]
"""The provider's own id of a webhook event: by it each is applied once."""


class ChargeOutcome(StrEnum):
    """What a provider answers to a charge: a business outcome is a value, never an exception."""

    APPROVED = "Paid"
    CARD_DECLINED = "CardDeclined"
    INSUFFICIENT_FUNDS = "InsufficientFunds"
    UNKNOWN_METHOD = "UnknownPaymentMethod"
    AWAITING = "AwaitingPayment"


class Charge(msgspec.Struct, frozen=True):
    """A provider's answer; `reference` is its own id of the charge."""

    outcome: ChargeOutcome
    reference: str

    @property
    def is_approved(self) -> bool:
        return self.outcome is ChargeOutcome.APPROVED

    @property
    def is_awaiting(self) -> bool:
        return self.outcome is ChargeOutcome.AWAITING


NOT_ENOUGH_LEFT = "NotEnoughLeft"
"""Why a refund fails that is larger than what is left of the charge."""


class RefundAnswer(msgspec.Struct, frozen=True):
    """A provider's answer to a refund: `reference` is its own id of it, `failure` says why it could not be made."""

    reference: str
    failure: str = ""


class ProviderMovement(msgspec.Struct, frozen=True, rename="camel"):
    """Money that moved at the provider, as its own books have it; `reference` is that of the ledger's entry of it.

    `payment_id` is ours, where the provider keeps it with the movement; else `charge_reference` leads to it.
    """

    kind: LedgerKind
    reference: str
    amount_minor: int
    currency: str
    at: datetime
    payment_id: str = ""
    charge_reference: str = ""


class MovementPage(msgspec.Struct, frozen=True):
    """`next_cursor` is where the next page begins; None when nothing follows."""

    movements: list[ProviderMovement]
    next_cursor: str | None


class WebhookEvent(msgspec.Struct, frozen=True):
    """What a webhook reports; only `event_id` counts where its type is IGNORED.

    `payment_id` is ours, `reference` the provider's id of the charge, refund or dispute; `reason` says why a charge
    failed, `note` why a refund did, or why a charge is disputed. Of a refund, `refund_id` is ours where the shop asked
    for it, and `charge_reference` leads to the payment where `payment_id` is empty.
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
    note: str = ""
    dispute: DisputeStanding | None = None


class PaymentProvider(Protocol):
    """Every method raises ProviderTimeout when no answer comes in time, but for `parse_webhook`, which asks nobody."""

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        """Charge once per key, however often it is requested within a day."""
        ...

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> RefundAnswer:
        """Refund once per key, however often it is requested within a day."""
        ...

    def find_refund(self, key: str, charge_reference: str) -> RefundAnswer | None:
        """The refund with this key, however old; None when the provider has made none."""
        ...

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:
        """The charge with this key; None when the provider does not know it.

        `reference` is the provider's id of the charge, where the shop has it.
        """
        ...

    def cancel(self, key: str, reference: str) -> Charge:
        """Cancel a charge that is awaited, so that it is never made.

        Returns its final status: a refusal once it is cancelled, or the outcome that made that impossible.
        """
        ...

    def find_payment_id(self, charge_reference: str) -> str | None:
        """Our id of the payment that a charge was made for; None when it is not one of this shop's."""
        ...

    def get_client_secret(self, reference: str) -> str | None:
        """What the customer's client needs to confirm a charge that waits for them; None where none does.

        It is the customer's alone: never stored, never logged.
        """
        ...

    def list_movements(self, begin: datetime, end: datetime, cursor: str | None) -> MovementPage:
        """A page of the movements from `begin` on and before `end`; `cursor` is that of the page before."""
        ...

    def find_movement(self, kind: LedgerKind, reference: str) -> ProviderMovement | None:
        """The movement, whenever it was; None when the provider does not know it."""
        ...

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:
        """What a webhook reports; header names are in lower case. Raises InvalidSignature, InvalidWebhook."""
        ...
