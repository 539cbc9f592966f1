"""Stripe: PaymentIntents that are confirmed as they are made, with the payment method that Stripe gave to the client.

The payment's id is the idempotency key and is kept in the metadata; docs/payments.md says how to set it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
from msgspec import Meta

from tradewind.aws.secrets import Secrets
from tradewind.kernel.clock import Clock
from tradewind.payments import signatures
from tradewind.payments.errors import InvalidWebhook, ProviderNotSetUp
from tradewind.payments.model import LedgerKind, parse_payment_id
from tradewind.payments.provider import (
    NOT_ENOUGH_LEFT,
    Charge,
    MovementPage,
    ProviderMovement,
    RefundAnswer,
    WebhookEvent,
)
from tradewind.payments.stripe.errors import AmountNotPayable, StripeRefused
from tradewind.payments.stripe.money import to_stripe
from tradewind.payments.stripe.objects import (
    PAYMENT_ID,
    REFUND_ID,
    PaymentIntent,
    PaymentIntentPage,
    StripeDispute,
    StripeError,
    StripeErrorBody,
    StripeEvent,
    StripeRefund,
    StripeRefundPage,
)

if TYPE_CHECKING:
    from tradewind.payments.stripe.api import StripeApi, StripeResponse
    from tradewind.settings import Settings

T = TypeVar("T")

SECRET_PURPOSE = "stripe"  # noqa: S105 - the name of a secret, not one
SIGNATURE_HEADER = "stripe-signature"

_CHARGE_WITHIN_SECONDS = 18.0
_REFUND_WITHIN_SECONDS = 20.0
_LOOK_UP_WITHIN_SECONDS = 8.0
_CANCEL_WITHIN_SECONDS = 6.0
"""A charge and the look-up after it fit into the 30 seconds that a step has."""

_OK, _UNEXPECTED_STATE, _CARD_ERROR, _MISSING = 200, 400, 402, 404
_PAGE = 100
"""Objects in a page of a list: as many as Stripe gives."""


class StripeKeys(msgspec.Struct, frozen=True, rename="camel"):
    """The value of the secret, as JSON; two webhook secrets are valid while one rotates."""

    api_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+\Z")]
    webhook_secrets: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(min_length=1)]


class StripeProvider:
    def __init__(self, url: str, keys: Callable[[], StripeKeys], clock: Clock) -> None:
        self._url = url
        self._keys = keys
        self._clock = clock

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        """Raises ProviderTimeout, StripeRefused, AmountNotPayable."""
        parsed = parse_payment_id(key)
        form = {
            "amount": str(to_stripe(amount_minor, currency)),
            "currency": currency.lower(),
            "payment_method": token,
            "payment_method_types[0]": "card",
            "confirm": "true",
            f"metadata[{PAYMENT_ID}]": key,
            "metadata[order_id]": parsed[0] if parsed else "",
        }
        response = self._api.post("/v1/payment_intents", form, key=key, within_seconds=_CHARGE_WITHIN_SECONDS)
        if response.status == _CARD_ERROR:
            return _decode_decline(response)
        return _decode(response, PaymentIntent).charge

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> RefundAnswer:
        """Raises ProviderTimeout, StripeRefused, AmountNotPayable."""
        form = {
            "payment_intent": charge_reference,
            "amount": str(to_stripe(amount_minor, currency)),
            f"metadata[{REFUND_ID}]": key,
        }
        response = self._api.post("/v1/refunds", form, key=key, within_seconds=_REFUND_WITHIN_SECONDS)
        if response.status == _UNEXPECTED_STATE and _decode_error(response).says_too_much:
            return RefundAnswer("", NOT_ENOUGH_LEFT)
        return _decode(response, StripeRefund).answer

    def find_refund(self, key: str, charge_reference: str) -> RefundAnswer | None:
        """By the metadata of the charge's refunds, page by page. Raises ProviderTimeout, StripeRefused."""
        query = {"payment_intent": charge_reference, "limit": str(_PAGE)}
        while True:
            response = self._api.get("/v1/refunds", query, within_seconds=_LOOK_UP_WITHIN_SECONDS)
            page = _decode(response, StripeRefundPage)
            found = next((refund.answer for refund in page.data if refund.refund_id == key), None)
            if found or not (page.has_more and page.data):
                return found
            query["starting_after"] = page.data[-1].id

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:  # noqa: ARG002 - the protocol's
        """Without a reference by a search, which may be a minute behind. Raises ProviderTimeout, StripeRefused."""
        intent = self._retrieve(reference) if reference else self._search(key)
        return intent.charge if intent else None

    def find_payment_id(self, charge_reference: str) -> str | None:
        """By the intent's metadata. Raises ProviderTimeout, StripeRefused."""
        intent = self._retrieve(charge_reference)
        payment_id = intent.metadata.get(PAYMENT_ID, "") if intent else ""
        return payment_id if parse_payment_id(payment_id) else None

    def get_client_secret(self, reference: str) -> str | None:
        """Raises ProviderTimeout, StripeRefused."""
        intent = self._retrieve(reference)
        return intent.client_secret if intent and intent.waits_for_customer else None

    def cancel(self, key: str, reference: str) -> Charge:
        """An intent that cannot be cancelled was faster: it is looked up. Raises ProviderTimeout, StripeRefused."""
        path = f"/v1/payment_intents/{reference}/cancel"
        response = self._api.post(path, {}, key=f"{key}-cancel", within_seconds=_CANCEL_WITHIN_SECONDS)
        charge = self.look_up(key, "", reference) if response.status == _UNEXPECTED_STATE else None
        return charge or _decode(response, PaymentIntent).charge

    def list_movements(self, begin: datetime, end: datetime, cursor: str | None) -> MovementPage:
        """Raises ProviderTimeout, StripeRefused. https://docs.stripe.com/api/balance_transactions/list."""
        from tradewind.payments.stripe.movements import BalanceTransactionPage  # noqa: PLC0415 - one job lists them

        period = {"created[gte]": str(int(begin.timestamp())), "created[lt]": str(ceil(end.timestamp()))}
        query = {**period, "limit": str(_PAGE), "expand[]": "data.source"}
        if cursor:
            query["starting_after"] = cursor
        response = self._api.get("/v1/balance_transactions", query, within_seconds=_LOOK_UP_WITHIN_SECONDS)
        return _decode(response, BalanceTransactionPage).movements

    def find_movement(self, kind: LedgerKind, reference: str) -> ProviderMovement | None:
        """By the object itself. Raises ProviderTimeout, StripeRefused."""
        from tradewind.payments.stripe import movements  # noqa: PLC0415 - likewise

        match kind:
            case LedgerKind.CHARGED:
                intent = self._retrieve(reference)
                return movements.movement_of_intent(intent) if intent else None
            case LedgerKind.REFUNDED | LedgerKind.REFUND_FAILED:
                refund = self._find(f"/v1/refunds/{reference}", StripeRefund)
                return movements.movement_of_refund(kind, refund) if refund else None
            case _:
                dispute = self._find(f"/v1/disputes/{reference}", StripeDispute)
                return movements.movement_of_dispute(kind, dispute) if dispute else None

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:
        signatures.check(raw_body, headers.get(SIGNATURE_HEADER), self._keys().webhook_secrets, now)
        try:
            return msgspec.json.decode(raw_body, type=StripeEvent).webhook_event
        except (msgspec.DecodeError, AmountNotPayable) as error:
            raise InvalidWebhook(f"The webhook cannot be read: {error}.") from error

    @cached_property
    def _api(self) -> StripeApi:
        """Made when money is to be moved: what only receives webhooks loads no HTTP client."""
        from tradewind.payments.stripe.api import StripeApi  # noqa: PLC0415 - as the docstring says

        return StripeApi(self._url, lambda: self._keys().api_key, self._clock)

    def _retrieve(self, reference: str) -> PaymentIntent | None:
        return self._find(f"/v1/payment_intents/{reference}", PaymentIntent)

    def _find(self, path: str, kind: type[T]) -> T | None:
        response = self._api.get(path, {}, within_seconds=_LOOK_UP_WITHIN_SECONDS)
        return None if response.status == _MISSING else _decode(response, kind)

    def _search(self, key: str) -> PaymentIntent | None:
        query = {"query": f"metadata['{PAYMENT_ID}']:'{key}'", "limit": "1"}
        response = self._api.get("/v1/payment_intents/search", query, within_seconds=_LOOK_UP_WITHIN_SECONDS)
        intents = [] if response.status == _MISSING else _decode(response, PaymentIntentPage).data
        return intents[0] if intents else None


def stripe_provider(settings: Settings, secrets: Secrets, clock: Clock) -> StripeProvider:
    """The provider with the keys of the shop's secret, read each time so that a rotated one is used at once."""
    secret = settings.secret_name(SECRET_PURPOSE)
    return StripeProvider(settings.stripe_url, lambda: _read_keys(secrets, secret), clock)


def _read_keys(secrets: Secrets, name: str) -> StripeKeys:
    """Raises ProviderNotSetUp, which never shows the secret's value."""
    try:
        return msgspec.json.decode(secrets.current(name).secret_string, type=StripeKeys)
    except msgspec.DecodeError:
        raise ProviderNotSetUp(f"the secret {name!r} is not the JSON that docs/payments.md shows") from None


def _decode_decline(response: StripeResponse) -> Charge:
    error = msgspec.json.decode(response.body, type=StripeErrorBody).error
    return Charge(error.outcome, error.payment_intent.id if error.payment_intent else "")


def _decode(response: StripeResponse, kind: type[T]) -> T:
    """Raises StripeRefused; it names Stripe's code, and nothing that was sent."""
    if response.status == _OK:
        return msgspec.json.decode(response.body, type=kind)
    raise StripeRefused(f"Stripe answered {response.status} {_decode_error(response).code or 'without a code'}")


def _decode_error(response: StripeResponse) -> StripeError:
    """What Stripe says is wrong: nothing where its answer is not its own."""
    try:
        return msgspec.json.decode(response.body, type=StripeErrorBody).error
    except msgspec.DecodeError:
        return StripeError()
