"""A provider without money: the payment token decides the outcome, the same at every repeat.

| token | outcome |
|---|---|
| `tok_approved` | approved |
| `tok_declined` | declined |
| `tok_insufficient_funds` | declined: insufficient funds |
| `tok_timeout` | no answer in time, although the charge was made: a look-up finds it |
| `tok_async` | answers later, by a webhook that anybody with the key can play |
| anything else | declined |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tradewind.kernel.money import MAX_MINOR
from tradewind.payments import signatures
from tradewind.payments.errors import InvalidWebhook
from tradewind.payments.model import WebhookEventType, parted
from tradewind.payments.provider import Charge, ChargeOutcome, ProviderTimeout, Refund, WebhookEvent, WebhookEventId

SECRET_PURPOSE = "fake-webhook-key"  # noqa: S105 - the name of a secret, not one
SIGNATURE_HEADER = "fake-signature"

_CHARGE = "fake_charge_"
_OUTCOMES = {
    "tok_approved": ChargeOutcome.APPROVED,
    "tok_timeout": ChargeOutcome.APPROVED,
    "tok_insufficient_funds": ChargeOutcome.INSUFFICIENT_FUNDS,
    "tok_async": ChargeOutcome.AWAITING,
}
_KINDS = {
    "charge.succeeded": WebhookEventType.CHARGE_SUCCEEDED,
    "charge.failed": WebhookEventType.CHARGE_FAILED,
    "refund.succeeded": WebhookEventType.REFUND_SUCCEEDED,
}


class FakeWebhookEvent(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a webhook's request: `type` is `charge.succeeded`, `charge.failed` or `refund.succeeded`.

    Of a refund that nobody in the shop asked for, `payment_id` is empty, and `charge_reference` is not.
    """

    id: WebhookEventId
    type: str
    payment_id: str
    reference: str
    amount_minor: Annotated[int, Meta(ge=0, le=MAX_MINOR)]
    currency: str
    reason: ChargeOutcome = ChargeOutcome.CARD_DECLINED
    charge_reference: str = ""
    refund_id: str = ""


class FakeProvider:
    """`webhook_keys` gives the keys that are valid now: two while they rotate."""

    def __init__(self, webhook_keys: Callable[[], Sequence[str]] = tuple) -> None:
        self._webhook_keys = webhook_keys

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:  # noqa: ARG002 - the protocol's
        if token == "tok_timeout":  # noqa: S105 - a token of the fake
            raise ProviderTimeout(f"no answer for {key}")
        return _made(key, token)

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:  # noqa: ARG002
        return Refund(f"fake_refund_{key}")

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:  # noqa: ARG002
        return _made(key, token)

    def payment_of(self, charge_reference: str) -> str | None:
        payment_id = charge_reference.removeprefix(_CHARGE)
        return payment_id if parted(payment_id) else None

    def client_secret(self, reference: str) -> str | None:  # noqa: ARG002
        return None

    def cancel(self, key: str, reference: str) -> Charge:  # noqa: ARG002
        return Charge(ChargeOutcome.CARD_DECLINED, reference)

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:
        signatures.check(raw_body, headers.get(SIGNATURE_HEADER), self._webhook_keys(), now)
        try:
            told = msgspec.json.decode(raw_body, type=FakeWebhookEvent)
        except msgspec.DecodeError as error:
            raise InvalidWebhook(f"The webhook cannot be read: {error}.") from error
        kind = _KINDS.get(told.type, WebhookEventType.IGNORED)
        is_known = parted(told.payment_id) or (kind is WebhookEventType.REFUND_SUCCEEDED and told.charge_reference)
        if not (is_known and told.reference) or kind is WebhookEventType.IGNORED:
            return WebhookEvent(told.id, WebhookEventType.IGNORED)
        return WebhookEvent(
            told.id,
            kind,
            told.payment_id,
            told.reference,
            told.amount_minor,
            told.currency,
            told.reason,
            told.charge_reference,
            told.refund_id,
        )


def charge_reference(key: str) -> str:
    """The fake's own id of a charge."""
    return f"{_CHARGE}{key}"


def _made(key: str, token: str) -> Charge:
    return Charge(_OUTCOMES.get(token, ChargeOutcome.CARD_DECLINED), charge_reference(key))
