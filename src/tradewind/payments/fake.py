"""A provider without money: the payment token decides the outcome, the same at every repeat.

| token | outcome |
|---|---|
| `tok_approved` | approved |
| `tok_declined` | declined |
| `tok_insufficient_funds` | declined: insufficient funds |
| `tok_timeout` | no answer in time, although the charge was made: `look_up` finds it |
| `tok_async` | answers later, by a webhook that anybody with the key can send |
| anything else | refused: no such payment method |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from tradewind.kernel.money import MAX_MINOR
from tradewind.payments import signatures
from tradewind.payments.errors import InvalidWebhook, ProviderTimeout
from tradewind.payments.model import DisputeStanding, DisputeState, LedgerKind, WebhookEventType, parse_payment_id
from tradewind.payments.provider import (
    Charge,
    ChargeOutcome,
    MovementPage,
    ProviderMovement,
    RefundAnswer,
    WebhookEvent,
    WebhookEventId,
)

if TYPE_CHECKING:
    from tradewind.payments.fake_books import Books

SECRET_PURPOSE = "fake-webhook-key"  # noqa: S105 - the name of a secret, not one
SIGNATURE_HEADER = "fake-signature"

_CHARGE = "fake_charge_"
_OUTCOMES = {
    "tok_approved": ChargeOutcome.APPROVED,
    "tok_declined": ChargeOutcome.CARD_DECLINED,
    "tok_timeout": ChargeOutcome.APPROVED,
    "tok_insufficient_funds": ChargeOutcome.INSUFFICIENT_FUNDS,
    "tok_async": ChargeOutcome.AWAITING,
}
_EVENT_TYPES = {
    "charge.succeeded": WebhookEventType.CHARGE_SUCCEEDED,
    "charge.failed": WebhookEventType.CHARGE_FAILED,
    "refund.succeeded": WebhookEventType.REFUND_SUCCEEDED,
    "refund.failed": WebhookEventType.REFUND_FAILED,
    "dispute.updated": WebhookEventType.DISPUTE_CHANGED,
}
_OF_CHARGES = (WebhookEventType.CHARGE_SUCCEEDED, WebhookEventType.CHARGE_FAILED)


class FakeWebhookEvent(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a webhook: `type` is `charge.succeeded`, `charge.failed`, `refund.succeeded`, `refund.failed` or
    `dispute.updated`.

    Of a refund that was made past the shop, `payment_id` is empty, and `charge_reference` is not. `note` says why a
    refund failed or a charge is disputed, `dispute` how the dispute stands.
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
    note: str = ""
    dispute: DisputeStanding | None = None


class FakeProvider:
    """`webhook_keys` gives the keys that are valid now: two while they rotate. `books` keeps what moved, in a table."""

    _books: Books | None = None

    def __init__(self, webhook_keys: Callable[[], Sequence[str]] = tuple, books: Books | None = None) -> None:
        self._webhook_keys = webhook_keys
        self._books = books

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        if _charge(key, token).is_approved:
            self._book(LedgerKind.CHARGED, charge_reference(key), amount_minor, currency, key)
        if token == "tok_timeout":  # noqa: S105 - a token of the fake
            raise ProviderTimeout(f"no answer for {key}")
        return _charge(key, token)

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> RefundAnswer:
        made = RefundAnswer(f"fake_refund_{key}")
        self._book(LedgerKind.REFUNDED, made.reference, amount_minor, currency, charge_reference=charge_reference)
        return made

    def find_refund(self, key: str, charge_reference: str) -> RefundAnswer | None:  # noqa: ARG002
        """It need not know any: requested again, a refund has the same reference, and is booked once."""
        return None

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:  # noqa: ARG002
        return _charge(key, token)

    def find_payment_id(self, charge_reference: str) -> str | None:
        payment_id = charge_reference.removeprefix(_CHARGE)
        return payment_id if parse_payment_id(payment_id) else None

    def get_client_secret(self, reference: str) -> str | None:  # noqa: ARG002
        return None

    def cancel(self, key: str, reference: str) -> Charge:  # noqa: ARG002
        return Charge(ChargeOutcome.CARD_DECLINED, reference)

    def list_movements(self, begin: datetime, end: datetime, cursor: str | None) -> MovementPage:
        return self._books.page(begin, end, cursor) if self._books else MovementPage([], None)

    def find_movement(self, kind: LedgerKind, reference: str) -> ProviderMovement | None:
        return self._books.find(kind, reference) if self._books else None

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:
        signatures.check(raw_body, headers.get(SIGNATURE_HEADER), self._webhook_keys(), now)
        try:
            sent = msgspec.json.decode(raw_body, type=FakeWebhookEvent)
        except msgspec.DecodeError as error:
            raise InvalidWebhook(f"The webhook cannot be read: {error}.") from error
        event_type = _EVENT_TYPES.get(sent.type, WebhookEventType.IGNORED)
        is_external = event_type not in _OF_CHARGES and sent.charge_reference
        is_of_a_payment = parse_payment_id(sent.payment_id) or is_external
        if event_type is WebhookEventType.IGNORED or not (is_of_a_payment and sent.reference):
            return WebhookEvent(sent.id, WebhookEventType.IGNORED)
        self._book_event(event_type, sent)
        return WebhookEvent(
            sent.id,
            event_type,
            sent.payment_id,
            sent.reference,
            sent.amount_minor,
            sent.currency,
            sent.reason,
            sent.charge_reference,
            sent.refund_id,
            sent.note,
            sent.dispute,
        )

    def _book_event(self, event_type: WebhookEventType, sent: FakeWebhookEvent) -> None:
        """What is sent in the fake's name is its own decision, and moves the money."""
        standing = sent.dispute or DisputeStanding(DisputeState.INQUIRY)
        moved = {
            LedgerKind.CHARGED: event_type is WebhookEventType.CHARGE_SUCCEEDED,
            LedgerKind.REFUNDED: event_type in (WebhookEventType.REFUND_SUCCEEDED, WebhookEventType.REFUND_FAILED),
            LedgerKind.REFUND_FAILED: event_type is WebhookEventType.REFUND_FAILED,
            LedgerKind.DISPUTED: standing.is_withdrawn,
            LedgerKind.REINSTATED: standing.is_reinstated,
        }
        for kind in (kind for kind, is_moved in moved.items() if is_moved):
            self._book(kind, sent.reference, sent.amount_minor, sent.currency, sent.payment_id, sent.charge_reference)

    def _book(
        self,
        kind: LedgerKind,
        reference: str,
        amount_minor: int,
        currency: str,
        payment_id: str = "",
        charge_reference: str = "",
    ) -> None:
        if self._books:
            self._books.book(kind, reference, amount_minor, currency, payment_id, charge_reference)


def charge_reference(key: str) -> str:
    """The fake's own id of a charge."""
    return f"{_CHARGE}{key}"


def _charge(key: str, token: str) -> Charge:
    return Charge(_OUTCOMES.get(token, ChargeOutcome.UNKNOWN_METHOD), charge_reference(key))
