"""Stripe: PaymentIntents, confirmed as they are made with the payment method that the client has got from Stripe.

The payment's id is the idempotency key and stands in the metadata; docs/payments.md says how to set it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
from msgspec import Meta

from tradewind.kernel.clock import Clock
from tradewind.payments import signatures
from tradewind.payments.errors import InvalidWebhook
from tradewind.payments.model import parted
from tradewind.payments.provider import Charge, Refund, WebhookEvent
from tradewind.payments.stripe.money import AmountNotPayable, to_stripe
from tradewind.payments.stripe.objects import PAYMENT_ID, REFUND_ID, Failure, PaymentIntent, PaymentIntents, StripeEvent
from tradewind.payments.stripe.objects import Refund as StripeRefund

if TYPE_CHECKING:
    from tradewind.payments.stripe.api import Answer, StripeApi

T = TypeVar("T")

SECRET_PURPOSE = "stripe"  # noqa: S105 - the name of a secret, not one
SIGNATURE_HEADER = "stripe-signature"

_CHARGE_WITHIN_SECONDS = 18.0
_REFUND_WITHIN_SECONDS = 20.0
_LOOK_UP_WITHIN_SECONDS = 8.0
_CANCEL_WITHIN_SECONDS = 6.0
"""A charge and the look-up after it fit into the 30 seconds that a step has."""

_OK, _UNEXPECTED_STATE, _CARD_ERROR, _MISSING = 200, 400, 402, 404


class StripeKeys(msgspec.Struct, frozen=True, rename="camel"):
    """The value of the secret, as JSON; two webhook secrets are valid while one rotates."""

    api_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+\Z")]
    webhook_secrets: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(min_length=1)]


class StripeRefused(Exception):
    """Stripe will not do what it was asked: a fault of ours or of the account, for an operator to look at."""


class StripeProvider:
    def __init__(self, url: str, keys: Callable[[], StripeKeys], clock: Clock) -> None:
        self._url = url
        self._keys = keys
        self._clock = clock

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        """Raises ProviderTimeout, StripeRefused, AmountNotPayable."""
        named = parted(key)
        form = {
            "amount": str(to_stripe(amount_minor, currency)),
            "currency": currency.lower(),
            "payment_method": token,
            "payment_method_types[0]": "card",
            "confirm": "true",
            f"metadata[{PAYMENT_ID}]": key,
            "metadata[order_id]": named[0] if named else "",
        }
        answer = self._api.post("/v1/payment_intents", form, key=key, within_seconds=_CHARGE_WITHIN_SECONDS)
        if answer.status == _CARD_ERROR:
            return _declined(answer)
        return _read(answer, PaymentIntent).charge

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:
        """Raises ProviderTimeout, StripeRefused, AmountNotPayable."""
        form = {
            "payment_intent": charge_reference,
            "amount": str(to_stripe(amount_minor, currency)),
            f"metadata[{REFUND_ID}]": key,
        }
        answer = self._api.post("/v1/refunds", form, key=key, within_seconds=_REFUND_WITHIN_SECONDS)
        made = _read(answer, StripeRefund)
        if made.status in {"failed", "canceled"}:
            raise StripeRefused(f"Stripe could not make the refund {made.id}: {made.status}")
        return Refund(made.id)

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:  # noqa: ARG002 - the protocol's
        """Without a reference by a search, which may be a minute behind. Raises ProviderTimeout, StripeRefused."""
        found = self._intent(reference) if reference else self._searched(key)
        return found.charge if found else None

    def payment_of(self, charge_reference: str) -> str | None:
        """As the intent's metadata say. Raises ProviderTimeout, StripeRefused."""
        intent = self._intent(charge_reference)
        payment_id = intent.metadata.get(PAYMENT_ID, "") if intent else ""
        return payment_id if parted(payment_id) else None

    def client_secret(self, reference: str) -> str | None:
        """Raises ProviderTimeout, StripeRefused."""
        intent = self._intent(reference)
        return intent.client_secret if intent and intent.waits_for_customer else None

    def cancel(self, key: str, reference: str) -> Charge:
        """An intent that cannot be called off is looked up: it was faster. Raises ProviderTimeout, StripeRefused."""
        path = f"/v1/payment_intents/{reference}/cancel"
        answer = self._api.post(path, {}, key=f"{key}-cancel", within_seconds=_CANCEL_WITHIN_SECONDS)
        made = self.look_up(key, "", reference) if answer.status == _UNEXPECTED_STATE else None
        return made or _read(answer, PaymentIntent).charge

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:
        signatures.check(raw_body, headers.get(SIGNATURE_HEADER), self._keys().webhook_secrets, now)
        try:
            return msgspec.json.decode(raw_body, type=StripeEvent).webhook
        except (msgspec.DecodeError, AmountNotPayable) as error:
            raise InvalidWebhook(f"The webhook cannot be read: {error}.") from error

    @cached_property
    def _api(self) -> StripeApi:
        """Made when money is to be moved: who only hears webhooks loads no HTTP client."""
        from tradewind.payments.stripe.api import StripeApi  # noqa: PLC0415 - as the docstring says

        return StripeApi(self._url, lambda: self._keys().api_key, self._clock)

    def _intent(self, reference: str) -> PaymentIntent | None:
        path = f"/v1/payment_intents/{reference}"
        answer = self._api.get(path, {}, within_seconds=_LOOK_UP_WITHIN_SECONDS)
        return None if answer.status == _MISSING else _read(answer, PaymentIntent)

    def _searched(self, key: str) -> PaymentIntent | None:
        query = {"query": f"metadata['{PAYMENT_ID}']:'{key}'", "limit": "1"}
        answer = self._api.get("/v1/payment_intents/search", query, within_seconds=_LOOK_UP_WITHIN_SECONDS)
        found = [] if answer.status == _MISSING else _read(answer, PaymentIntents).data
        return found[0] if found else None


def _declined(answer: Answer) -> Charge:
    error = msgspec.json.decode(answer.body, type=Failure).error
    return Charge(error.outcome, error.payment_intent.id if error.payment_intent else "")


def _read(answer: Answer, kind: type[T]) -> T:
    """Raises StripeRefused; it names Stripe's code, and nothing that was sent."""
    if answer.status == _OK:
        return msgspec.json.decode(answer.body, type=kind)
    try:
        code = msgspec.json.decode(answer.body, type=Failure).error.code
    except msgspec.DecodeError:
        code = None
    raise StripeRefused(f"Stripe answered {answer.status} {code or 'without a code'}")
