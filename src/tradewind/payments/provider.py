"""The protocol that a payment provider fulfils; `fake` is the default, others stand beside it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec


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


class ProviderTimeout(Exception):
    """No answer came in time: the charge may have been made or not; `look_up` tells."""


class PaymentProvider(Protocol):
    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        """Charge once per key, however often it is asked. Raises ProviderTimeout."""
        ...

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:
        """Give money back, once per key. Raises ProviderTimeout."""
        ...

    def look_up(self, key: str, token: str) -> Charge | None:
        """What became of the charge with this key; None when the provider never heard of it."""
        ...
