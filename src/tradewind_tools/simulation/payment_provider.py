"""A payment provider in a simulated world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import TypeAlias, TypeVar

import msgspec

from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import WebhookEventType
from tradewind.payments.provider import Charge, ChargeOutcome, Refund, WebhookEvent
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.scheduler import HOUR_MS

_T = TypeVar("_T")

SendWebhook: TypeAlias = Callable[[WebhookEvent], None]
"""Sends a webhook event to the shop."""

_CURRENCY = "USD"
_LATE_AFTER_TIMEOUT_CHANCE = 0.3
_SLOW_REQUEST_CHANCE = 0.05
_LATE_CHARGE_MS = 1_200_000
_WEBHOOK_CHANCE = 0.25
_WEBHOOK_MS = 5_000
_SLOW_RESPONSE_CHANCE = 0.05
_SLOW_RESPONSE_MS = 1_000
_DECISION_MS = 60 * HOUR_MS
_CHARGE_OUTCOMES = {
    "tok_approved": ChargeOutcome.APPROVED,
    "tok_insufficient_funds": ChargeOutcome.INSUFFICIENT_FUNDS,
    "tok_async": ChargeOutcome.AWAITING,
}


class SimulatedProvider:
    """A payment provider that keeps an account of real money: one charge per key, however often it is requested.

    What is decided later, or whose response may have been lost, it reports by webhooks, repeated until they are taken.
    `violations` lists requests that no correct shop makes.
    """

    def __init__(self, calls: Calls, random: Random, send_webhook: SendWebhook) -> None:
        self.charges: dict[str, Charge] = {}
        self.amounts: dict[str, int] = {}
        self._delayed_keys: set[str] = set()
        self.refunds: dict[str, tuple[str, int]] = {}
        self.violations: list[str] = []
        self._calls = calls
        self._random = random
        self._send_webhook = send_webhook

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:  # noqa: ARG002 - the protocol's
        def refuse() -> ProviderTimeout:
            self._maybe_charge_late(key, amount_minor, token)
            return ProviderTimeout(key)

        charge = self._calls.make(
            "provider.charge",
            key,
            lambda: self._receive_charge(key, amount_minor, token),
            refusal=refuse,
            lost=lambda: ProviderTimeout(key),
        )
        self._maybe_send_webhook_first(key)
        return charge

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:  # noqa: ARG002
        return self._call("provider.refund", key, lambda: self._refund(key, charge_reference, amount_minor))

    def look_up(self, key: str, token: str, reference: str | None = None) -> Charge | None:  # noqa: ARG002
        return self._call("provider.look_up", key, lambda: self.charges.get(key))

    def find_payment_id(self, charge_reference: str) -> str | None:
        return self._call(
            "provider.find_payment_id", charge_reference, lambda: charge_reference.removeprefix("charge-")
        )

    def get_client_secret(self, reference: str) -> str | None:  # noqa: ARG002
        return None

    def cancel(self, key: str, reference: str) -> Charge:  # noqa: ARG002
        return self._call("provider.cancel", key, lambda: self._cancel(key))

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:  # noqa: ARG002
        return msgspec.json.decode(raw_body, type=WebhookEvent)

    def resend_webhooks(self, order_id: str) -> None:
        """Send the webhooks of the order's decided charges once more."""
        for key, charge in list(self.charges.items()):
            if key.startswith(order_id) and charge.outcome is not ChargeOutcome.AWAITING:
                self._send_webhook(self._charge_event(key))

    def amount_charged_minor(self, order_id: str) -> int:
        """What the customer was charged for the order."""
        return sum(self.amounts[key] for key, charge in self.charges.items() if _is_paid(charge, key, order_id))

    def amount_refunded_minor(self, order_id: str) -> int:
        references = {charge.reference for key, charge in self.charges.items() if key.startswith(order_id)}
        return sum(amount for reference, amount in self.refunds.values() if reference in references)

    def times_charged(self, order_id: str) -> int:
        return sum(_is_paid(charge, key, order_id) for key, charge in self.charges.items())

    def _call(self, port: str, about: str, effect: Callable[[], _T]) -> _T:
        def time_out() -> ProviderTimeout:
            return ProviderTimeout(about)

        return self._calls.make(port, about, effect, refusal=time_out, lost=time_out)

    def _receive_charge(self, key: str, amount_minor: int, token: str) -> Charge:
        """A request may be delayed on its way; its repetitions get no response meanwhile, either."""
        if key not in self.charges.keys() | self._delayed_keys and self._calls.occurs(
            EnvironmentFault.CHARGED_LATE, _SLOW_REQUEST_CHANCE
        ):
            self._delayed_keys.add(key)
            self._charge_late(key, amount_minor, token)
        if key in self._delayed_keys:
            self._calls.has_faulted = True
            raise ProviderTimeout(key)
        return self._charge(key, amount_minor, token)

    def _charge(self, key: str, amount_minor: int, token: str) -> Charge:
        if key not in self.charges:
            outcome = _CHARGE_OUTCOMES.get(token, ChargeOutcome.CARD_DECLINED)
            self.charges[key] = Charge(outcome, f"charge-{key}")
            self.amounts[key] = amount_minor
            self._schedule_charge_event(key)
        elif self.amounts[key] != amount_minor:
            self.violations.append(f"{key} was charged {self.amounts[key]}, then requested again for {amount_minor}")
        return self.charges[key]

    def _cancel(self, key: str) -> Charge:
        if self.charges[key].outcome is ChargeOutcome.AWAITING:
            self._calls.log("provider", "cancels", key)
            self.charges[key] = Charge(ChargeOutcome.CARD_DECLINED, self.charges[key].reference)
        return self.charges[key]

    def _refund(self, key: str, charge_reference: str, amount_minor: int) -> Refund:
        amounts = {charge.reference: self.amounts[name] for name, charge in self.charges.items()}
        if key not in self.refunds:
            refunded = sum(amount for reference, amount in self.refunds.values() if reference == charge_reference)
            if refunded + amount_minor > amounts.get(charge_reference, 0):
                self.violations.append(f"{key} refunds {amount_minor}, more than is left of {charge_reference}")
            self.refunds[key] = (charge_reference, amount_minor)
            self._schedule_refund_event(key)
        elif self.refunds[key] != (charge_reference, amount_minor):
            self.violations.append(f"{key} refunded {self.refunds[key]}, then requested again for {amount_minor}")
        return Refund(f"refund-{key}")

    def _maybe_charge_late(self, key: str, amount_minor: int, token: str) -> None:
        """A request that timed out may only have been slow."""
        if self._calls.occurs(EnvironmentFault.CHARGED_LATE, _LATE_AFTER_TIMEOUT_CHANCE):
            self._charge_late(key, amount_minor, token)

    def _charge_late(self, key: str, amount_minor: int, token: str) -> None:
        """A webhook may report the charge, or nothing ever does."""

        def charge_and_report() -> None:
            self._delayed_keys.discard(key)
            if self._charge(key, amount_minor, token).outcome is ChargeOutcome.AWAITING:
                return
            self._calls.log("provider", "charges late", key)
            if self._calls.faults.draw(_WEBHOOK_CHANCE):
                self._send_webhook(self._charge_event(key))

        self._spawn("late charge", _LATE_CHARGE_MS, charge_and_report)

    def _maybe_send_webhook_first(self, key: str) -> None:
        """The webhook may overtake the response."""
        if self.charges[key].outcome is not ChargeOutcome.AWAITING and self._calls.faults.draw(_SLOW_RESPONSE_CHANCE):
            self._calls.fault_counts[EnvironmentFault.WEBHOOK_FIRST] += 1
            self._spawn("provider", 1, lambda: self._send_webhook(self._charge_event(key)))
            self._calls.scheduler.pause(int(self._random.random() * _SLOW_RESPONSE_MS))

    def _schedule_charge_event(self, key: str) -> None:
        if self.charges[key].outcome is ChargeOutcome.AWAITING:
            self._spawn("provider", _DECISION_MS, lambda: self._decide(key))
        elif self._calls.faults.draw(_WEBHOOK_CHANCE):
            self._spawn("provider", _WEBHOOK_MS, lambda: self._send_webhook(self._charge_event(key)))

    def _decide(self, key: str) -> None:
        """Approve or decline an asynchronous charge, unless it was cancelled."""
        if self.charges[key].outcome is not ChargeOutcome.AWAITING:
            return
        outcome = self._random.choice((ChargeOutcome.APPROVED, ChargeOutcome.CARD_DECLINED))
        self.charges[key] = Charge(outcome, self.charges[key].reference)
        self._calls.log("provider", "decides", key, outcome.value)
        self._send_webhook(self._charge_event(key))

    def _charge_event(self, key: str) -> WebhookEvent:
        charge = self.charges[key]
        is_paid = charge.outcome is ChargeOutcome.APPROVED
        kind = WebhookEventType.CHARGE_SUCCEEDED if is_paid else WebhookEventType.CHARGE_FAILED
        reason = ChargeOutcome.CARD_DECLINED if is_paid else charge.outcome
        return WebhookEvent(f"event-{key}", kind, key, charge.reference, self.amounts[key], _CURRENCY, reason)

    def _schedule_refund_event(self, key: str) -> None:
        if self._calls.faults.draw(_WEBHOOK_CHANCE):
            reference, amount_minor = self.refunds[key]
            payment_id = reference.removeprefix("charge-")
            event = WebhookEvent(
                f"event-{key}",
                WebhookEventType.REFUND_SUCCEEDED,
                payment_id,
                f"refund-{key}",
                amount_minor,
                _CURRENCY,
                refund_id=key,
            )
            self._spawn("provider", _WEBHOOK_MS, lambda: self._send_webhook(event))

    def _spawn(self, name: str, at_most_ms: int, action: Callable[[], object]) -> None:
        after_ms = int(self._random.random() * at_most_ms)
        self._calls.scheduler.spawn(name, action, after_ms=after_ms, is_managed=True)


def _is_paid(charge: Charge, key: str, order_id: str) -> bool:
    return charge.outcome is ChargeOutcome.APPROVED and key.startswith(order_id)
