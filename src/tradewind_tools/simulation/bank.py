"""A payment provider in a simulated world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import TypeAlias, TypeVar

import msgspec

from tradewind.payments.model import WebhookEventType
from tradewind.payments.provider import Charge, ChargeOutcome, ProviderTimeout, Refund, WebhookEvent
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import Mishap
from tradewind_tools.simulation.scheduler import HOUR_MS

_T = TypeVar("_T")

Tell: TypeAlias = Callable[[WebhookEvent], None]
"""Hands a webhook to the shop."""

_CURRENCY = "USD"
_SLOW_CHARGE_CHANCE = 0.3
_LONG_WAY_CHANCE = 0.05
_SLOW_CHARGE_MS = 1_200_000
_WEBHOOK_CHANCE = 0.25
_WEBHOOK_MS = 5_000
_SLOW_CHANCE = 0.05
_SLOW_ANSWER_MS = 1_000
_ANSWER_MS = 60 * HOUR_MS
_CHARGE_OUTCOMES = {
    "tok_approved": ChargeOutcome.APPROVED,
    "tok_insufficient_funds": ChargeOutcome.INSUFFICIENT_FUNDS,
    "tok_async": ChargeOutcome.AWAITING,
}


class Bank:
    """A payment provider that counts real money: one charge per key, whoever asks how often.

    What happens later, or might not have been heard, it tells by webhooks, again and again until they are taken.
    """

    def __init__(self, calls: Calls, random: Random, tell: Tell) -> None:
        self.charges: dict[str, Charge] = {}
        self.amounts: dict[str, int] = {}
        self._on_the_way: set[str] = set()
        self.refunds: dict[str, tuple[str, int]] = {}
        self.complaints: list[str] = []
        self._calls = calls
        self._random = random
        self._tell = tell

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:  # noqa: ARG002 - the protocol's
        def silence() -> ProviderTimeout:
            self._perhaps_charge_late(key, amount_minor, token)
            return ProviderTimeout(key)

        answer = self._calls.make(
            "provider.charge",
            key,
            lambda: self._asked_to_charge(key, amount_minor, token),
            refusal=silence,
            lost=lambda: ProviderTimeout(key),
        )
        self._perhaps_tell_first(key)
        return answer

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:  # noqa: ARG002
        return self._ask("provider.refund", key, lambda: self._refund(key, charge_reference, amount_minor))

    def look_up(self, key: str, token: str, reference: str | None = None) -> Charge | None:  # noqa: ARG002
        return self._ask("provider.look_up", key, lambda: self.charges.get(key))

    def payment_of(self, charge_reference: str) -> str | None:
        return self._ask("provider.payment_of", charge_reference, lambda: charge_reference.removeprefix("charge-"))

    def client_secret(self, reference: str) -> str | None:  # noqa: ARG002
        return None

    def cancel(self, key: str, reference: str) -> Charge:  # noqa: ARG002
        return self._ask("provider.cancel", key, lambda: self._cancel(key))

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:  # noqa: ARG002
        return msgspec.json.decode(raw_body, type=WebhookEvent)

    def tell_again(self, order_id: str) -> None:
        """Repeat what was told, or might have been, of the order's charge, if it is decided."""
        for key, charge in list(self.charges.items()):
            if key.startswith(order_id) and charge.outcome is not ChargeOutcome.AWAITING:
                self._tell(self._webhook_event(key))

    def taken_minor(self, order_id: str) -> int:
        """What the customer was charged for the order."""
        return sum(self.amounts[key] for key, charge in self.charges.items() if _is_paid(charge, key, order_id))

    def given_back_minor(self, order_id: str) -> int:
        ours = {made.reference for key, made in self.charges.items() if key.startswith(order_id)}
        return sum(amount for reference, amount in self.refunds.values() if reference in ours)

    def times_charged(self, order_id: str) -> int:
        return sum(_is_paid(charge, key, order_id) for key, charge in self.charges.items())

    def _ask(self, port: str, about: str, effect: Callable[[], _T]) -> _T:
        def silence() -> ProviderTimeout:
            return ProviderTimeout(about)

        return self._calls.make(port, about, effect, refusal=silence, lost=silence)

    def _asked_to_charge(self, key: str, amount_minor: int, token: str) -> Charge:
        """A question may be long on its way, and whoever asks again meanwhile hears nothing, either."""
        if key not in self.charges.keys() | self._on_the_way and self._calls.befalls(
            Mishap.CHARGED_LATE, _LONG_WAY_CHANCE
        ):
            self._on_the_way.add(key)
            self._charge_late(key, amount_minor, token)
        if key in self._on_the_way:
            self._calls.was_struck = True
            raise ProviderTimeout(key)
        return self._charge(key, amount_minor, token)

    def _charge(self, key: str, amount_minor: int, token: str) -> Charge:
        if key not in self.charges:
            outcome = _CHARGE_OUTCOMES.get(token, ChargeOutcome.CARD_DECLINED)
            self.charges[key] = Charge(outcome, f"charge-{key}")
            self.amounts[key] = amount_minor
            self._will_tell(key)
        elif self.amounts[key] != amount_minor:
            self.complaints.append(f"{key} was charged {self.amounts[key]} and is asked again for {amount_minor}")
        return self.charges[key]

    def _cancel(self, key: str) -> Charge:
        if self.charges[key].outcome is ChargeOutcome.AWAITING:
            self._calls.note("bank", "calls off", key)
            self.charges[key] = Charge(ChargeOutcome.CARD_DECLINED, self.charges[key].reference)
        return self.charges[key]

    def _refund(self, key: str, charge_reference: str, amount_minor: int) -> Refund:
        charged = {made.reference: self.amounts[name] for name, made in self.charges.items()}
        if key not in self.refunds:
            given = sum(amount for reference, amount in self.refunds.values() if reference == charge_reference)
            if given + amount_minor > charged.get(charge_reference, 0):
                self.complaints.append(f"{key} gives back {amount_minor}, more than is left of {charge_reference}")
            self.refunds[key] = (charge_reference, amount_minor)
            self._will_tell_of_refund(key)
        elif self.refunds[key] != (charge_reference, amount_minor):
            self.complaints.append(f"{key} gave back {self.refunds[key]} and is asked again for {amount_minor}")
        return Refund(f"refund-{key}")

    def _perhaps_charge_late(self, key: str, amount_minor: int, token: str) -> None:
        """A question that seemed lost may only be slow."""
        if self._calls.befalls(Mishap.CHARGED_LATE, _SLOW_CHARGE_CHANCE):
            self._charge_late(key, amount_minor, token)

    def _charge_late(self, key: str, amount_minor: int, token: str) -> None:
        """Nothing may ever tell of it."""

        def charge_and_tell() -> None:
            self._on_the_way.discard(key)
            if self._charge(key, amount_minor, token).outcome is ChargeOutcome.AWAITING:
                return
            self._calls.note("bank", "charges late", key)
            if self._calls.faults.may_happen(_WEBHOOK_CHANCE):
                self._tell(self._webhook_event(key))

        self._later("slow charge", _SLOW_CHARGE_MS, charge_and_tell)

    def _perhaps_tell_first(self, key: str) -> None:
        """Its webhook may overtake its answer."""
        if self.charges[key].outcome is not ChargeOutcome.AWAITING and self._calls.faults.may_happen(_SLOW_CHANCE):
            self._calls.mishaps[Mishap.TOLD_FIRST] += 1
            self._later("bank", 1, lambda: self._tell(self._webhook_event(key)))
            self._calls.scheduler.pause(int(self._random.random() * _SLOW_ANSWER_MS))

    def _will_tell(self, key: str) -> None:
        if self.charges[key].outcome is ChargeOutcome.AWAITING:
            self._later("bank", _ANSWER_MS, lambda: self._decide(key))
        elif self._calls.faults.may_happen(_WEBHOOK_CHANCE):
            self._later("bank", _WEBHOOK_MS, lambda: self._tell(self._webhook_event(key)))

    def _decide(self, key: str) -> None:
        """What answers later does so, one way or the other, unless it was called off."""
        if self.charges[key].outcome is not ChargeOutcome.AWAITING:
            return
        outcome = self._random.choice((ChargeOutcome.APPROVED, ChargeOutcome.CARD_DECLINED))
        self.charges[key] = Charge(outcome, self.charges[key].reference)
        self._calls.note("bank", "decides", key, outcome.value)
        self._tell(self._webhook_event(key))

    def _webhook_event(self, key: str) -> WebhookEvent:
        made = self.charges[key]
        is_paid = made.outcome is ChargeOutcome.APPROVED
        kind = WebhookEventType.CHARGE_SUCCEEDED if is_paid else WebhookEventType.CHARGE_FAILED
        reason = ChargeOutcome.CARD_DECLINED if is_paid else made.outcome
        return WebhookEvent(f"webhook-{key}", kind, key, made.reference, self.amounts[key], _CURRENCY, reason)

    def _will_tell_of_refund(self, key: str) -> None:
        if self._calls.faults.may_happen(_WEBHOOK_CHANCE):
            reference, amount_minor = self.refunds[key]
            payment_id = reference.removeprefix("charge-")
            webhook = WebhookEvent(
                f"webhook-{key}",
                WebhookEventType.REFUND_SUCCEEDED,
                payment_id,
                f"refund-{key}",
                amount_minor,
                _CURRENCY,
                refund_id=key,
            )
            self._later("bank", _WEBHOOK_MS, lambda: self._tell(webhook))

    def _later(self, name: str, at_most_ms: int, action: Callable[[], object]) -> None:
        self._calls.scheduler.spawn(name, action, after_ms=int(self._random.random() * at_most_ms), endures=True)


def _is_paid(charge: Charge, key: str, order_id: str) -> bool:
    return charge.outcome is ChargeOutcome.APPROVED and key.startswith(order_id)
