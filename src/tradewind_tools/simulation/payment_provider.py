"""A payment provider in a simulated world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple, TypeAlias, TypeVar

import msgspec

from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import DisputeStanding, DisputeState, LedgerKind, WebhookEventType
from tradewind.payments.provider import (
    NOT_ENOUGH_LEFT,
    Charge,
    ChargeOutcome,
    MovementPage,
    ProviderMovement,
    RefundAnswer,
    WebhookEvent,
)
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import EnvironmentFault
from tradewind_tools.simulation.ports import BEGINNING
from tradewind_tools.simulation.scenario import Trouble
from tradewind_tools.simulation.scheduler import HOUR_MS

_T = TypeVar("_T")

SendWebhook: TypeAlias = Callable[[WebhookEvent], None]
"""Sends a webhook event to the shop."""

KEY_KNOWN_FOR_MS = 24 * HOUR_MS
"""How long the provider knows an idempotency key: https://docs.stripe.com/api/idempotent_requests."""

_CURRENCY = "USD"
_MOVEMENTS_PER_PAGE = 3
_LATE_AFTER_TIMEOUT_CHANCE = 0.3
_SLOW_REQUEST_CHANCE = 0.05
_LATE_CHARGE_MS = 1_200_000
_DELAYED_CHARGE_MS = 3_000_000
"""Where the request is delayed on purpose: mostly until its cancelled order was settled without the charge."""

_OUTAGE_CHANCE = 0.01
_OUTAGE_MS = 600_000
_WEBHOOK_CHANCE = 0.25
_WEBHOOK_MS = 5_000
_SLOW_RESPONSE_CHANCE = 0.05
_SLOW_RESPONSE_MS = 1_000
_DECISION_MS = 60 * HOUR_MS
_DISPUTES_CLOSED_MS = (5_000, 30 * HOUR_MS)
"""Within these, a bank decides: at once, so that the news of both overtake each other, or a day later."""
_CHARGE_OUTCOMES = {
    "tok_approved": ChargeOutcome.APPROVED,
    "tok_insufficient_funds": ChargeOutcome.INSUFFICIENT_FUNDS,
    "tok_async": ChargeOutcome.AWAITING,
}


@dataclass
class MadeCharge:
    """A charge; `key` is the payment's id that it was requested with."""

    key: str
    reference: str
    amount_minor: int
    outcome: ChargeOutcome
    made_ms: int

    @property
    def charge(self) -> Charge:
        return Charge(self.outcome, self.reference)


@dataclass
class MadeRefund:
    """A refund; `key` is empty, or names a refund that the shop never made, where it was made at the provider."""

    key: str
    reference: str
    of_charge: str
    amount_minor: int
    made_ms: int
    is_external: bool = False
    has_failed: bool = False


@dataclass
class MadeDispute:
    reference: str
    of_charge: str
    amount_minor: int
    standing: DisputeStanding


class Account(NamedTuple):
    """The real money of an order, in minor units."""

    charged: int
    refunded: int
    disputed: int

    @property
    def kept(self) -> int:
        return self.charged - self.refunded - self.disputed


class SimulatedProvider:
    """A payment provider that keeps an account of real money: one charge and one refund per key, for a day.

    What is decided later, or whose response may have been lost, it reports by webhooks, repeated until they are taken.
    `violations` lists requests that no correct shop makes.
    """

    def __init__(
        self, calls: Calls, random: Random, send_webhook: SendWebhook, beginning: datetime = BEGINNING
    ) -> None:
        self.charges: list[MadeCharge] = []
        self.refunds: list[MadeRefund] = []
        self.disputes: list[MadeDispute] = []
        self.movements: list[ProviderMovement] = []
        self.violations: list[str] = []
        self._beginning = beginning
        self._delayed_keys: set[str] = set()
        self._delayed_orders: set[str] = set()
        self._down_until_ms = 0
        self._calls = calls
        self._random = random
        self._send_webhook = send_webhook

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:  # noqa: ARG002 - the protocol's
        def refuse() -> ProviderTimeout:
            self._maybe_charge_late(key, amount_minor, token)
            return ProviderTimeout(key)

        made = self._calls.make(
            "provider.charge",
            key,
            lambda: self._receive_charge(key, amount_minor, token),
            refusal=refuse,
            lost=lambda: ProviderTimeout(key),
        )
        self._maybe_send_webhook_first(made)
        return made.charge

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> RefundAnswer:  # noqa: ARG002
        return self._call("provider.refund", key, lambda: self._refund(key, charge_reference, amount_minor))

    def find_refund(self, key: str, charge_reference: str) -> RefundAnswer | None:
        return self._call("provider.find_refund", key, lambda: self._find_refund(key, charge_reference))

    def look_up(self, key: str, token: str, reference: str | None = None) -> Charge | None:  # noqa: ARG002
        return self._call("provider.look_up", key, lambda: self._find_charge(key))

    def find_payment_id(self, charge_reference: str) -> str | None:
        return self._call("provider.find_payment_id", charge_reference, lambda: self._require(charge_reference).key)

    def get_client_secret(self, reference: str) -> str | None:  # noqa: ARG002
        return None

    def cancel(self, key: str, reference: str) -> Charge:
        return self._call("provider.cancel", key, lambda: self._cancel(reference))

    def list_movements(self, begin: datetime, end: datetime, cursor: str | None) -> MovementPage:
        def read_page() -> MovementPage:
            found, first = [each for each in self.movements if begin <= each.at < end], int(cursor or 0)
            following = first + _MOVEMENTS_PER_PAGE
            return MovementPage(found[first:following], str(following) if following < len(found) else None)

        return self._call("provider.list_movements", begin.isoformat(), read_page)

    def find_movement(self, kind: LedgerKind, reference: str) -> ProviderMovement | None:
        found = [each for each in self.movements if (each.kind, each.reference) == (kind, reference)]
        return self._call("provider.find_movement", reference, lambda: found[0] if found else None)

    def parse_webhook(self, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> WebhookEvent:  # noqa: ARG002
        return msgspec.json.decode(raw_body, type=WebhookEvent)

    def delay_charge(self, order_id: str) -> None:
        """Let the request for the order's charge be on its way for minutes, if it is not charged yet."""
        self._delayed_orders.add(order_id)

    def resend_webhooks(self, order_id: str) -> None:
        """Send the webhooks of the order's decided charges once more."""
        for made in [*self._charges_of(order_id)]:
            if made.outcome is not ChargeOutcome.AWAITING:
                self._send_webhook(_charge_event(made))

    def make_trouble(self, order_id: str, trouble: Trouble) -> None:
        """Let something happen to the order's money that the shop did not ask for, if it has been charged."""
        paid = [made for made in self._charges_of(order_id) if made.outcome is ChargeOutcome.APPROVED]
        if not paid:
            return
        self._calls.log("provider", "trouble", order_id, trouble.value)
        match trouble:
            case Trouble.REFUND_BY_HAND | Trouble.UNKNOWN_REFUND:
                self._refund_by_hand(paid[0], trouble)
            case Trouble.REFUND_FAILS:
                self._fail_refund(paid[0])
            case _:
                self._open_dispute(paid[0], trouble)

    def account_of(self, order_id: str) -> Account:
        """What the customer was charged for the order, and what came back to them."""
        return Account(
            sum(made.amount_minor for made in self._charges_of(order_id) if made.outcome is ChargeOutcome.APPROVED),
            sum(made.amount_minor for made in self._refunds_of(order_id) if not made.has_failed),
            sum(_withdrawn_minor(made) for made in self._disputes_of(order_id)),
        )

    def times_charged(self, order_id: str) -> int:
        return sum(made.outcome is ChargeOutcome.APPROVED for made in self._charges_of(order_id))

    def refunds_by_shop(self, order_id: str) -> list[MadeRefund]:
        """Those that the shop asked for, whatever became of them."""
        return [made for made in self._refunds_of(order_id) if not made.is_external]

    def has_troubled(self, order_id: str) -> bool:
        """Whether the order's money moved without the shop."""
        is_refund_strange = any(made.is_external or made.has_failed for made in self._refunds_of(order_id))
        return is_refund_strange or bool(self._disputes_of(order_id))

    def must_ring(self, order_id: str) -> bool:
        """Whether an administrator has to hear of the order's money: it is disputed, or a refund of it failed.

        A dispute that is won may be over before anybody is told of it.
        """
        is_disputed = any(made.standing.state is not DisputeState.WON for made in self._disputes_of(order_id))
        return is_disputed or any(made.has_failed for made in self._refunds_of(order_id))

    def is_disputed(self, order_id: str) -> bool:
        """Whether a bank has still to decide about the order's charge."""
        return any(made.standing.state is DisputeState.OPEN for made in self._disputes_of(order_id))

    def _call(self, port: str, about: str, effect: Callable[[], _T]) -> _T:
        def time_out() -> ProviderTimeout:
            return ProviderTimeout(about)

        def answer() -> _T:
            self._time_out_while_down(about)
            return effect()

        return self._calls.make(port, about, answer, refusal=time_out, lost=time_out)

    def _time_out_while_down(self, about: str) -> None:
        """Raises ProviderTimeout."""
        now_ms = self._calls.scheduler.now_ms
        if self._calls.occurs(EnvironmentFault.PROVIDER_DOWN, _OUTAGE_CHANCE):
            self._down_until_ms = now_ms + _OUTAGE_MS
            self._calls.has_faulted = True
        if now_ms < self._down_until_ms:
            raise ProviderTimeout(about)

    def _receive_charge(self, key: str, amount_minor: int, token: str) -> MadeCharge:
        """A request may be delayed on its way; whoever repeats it meanwhile gets no response, either."""
        self._time_out_while_down(key)
        is_new = not self._find_by_key(key) and key not in self._delayed_keys
        is_delayed = key.partition("-")[0] in self._delayed_orders
        if is_new and (is_delayed or self._calls.occurs(EnvironmentFault.CHARGED_LATE, _SLOW_REQUEST_CHANCE)):
            self._delayed_keys.add(key)
            self._charge_late(key, amount_minor, token)
        if key in self._delayed_keys:
            self._calls.has_faulted = True
            raise ProviderTimeout(key)
        return self._charge(key, amount_minor, token)

    def _charge(self, key: str, amount_minor: int, token: str) -> MadeCharge:
        known = self._find_by_key(key)
        if known and self._knows_key_since(known.made_ms):
            if known.amount_minor != amount_minor:
                self.violations.append(
                    f"{key} was charged {known.amount_minor}, then requested again for {amount_minor}"
                )
            return known
        outcome = _CHARGE_OUTCOMES.get(token, ChargeOutcome.CARD_DECLINED)
        made = MadeCharge(key, f"charge-{len(self.charges) + 1}", amount_minor, outcome, self._calls.scheduler.now_ms)
        self.charges.append(made)
        self._book_charge(made)
        self._schedule_charge_event(made)
        return made

    def _find_charge(self, key: str) -> Charge | None:
        """Charges are found by what the shop wrote on them, whether or not their keys are still known."""
        made = self._find_by_key(key)
        if made:
            self._knows_key_since(made.made_ms)
        return made.charge if made else None

    def _cancel(self, reference: str) -> Charge:
        made = self._require(reference)
        if made.outcome is ChargeOutcome.AWAITING:
            self._calls.log("provider", "cancels", made.key)
            made.outcome = ChargeOutcome.CARD_DECLINED
        return made.charge

    def _refund(self, key: str, charge_reference: str, amount_minor: int) -> RefundAnswer:
        known = [made for made in self.refunds if made.key == key and not made.is_external]
        for made in known:
            if self._knows_key_since(made.made_ms):
                if (made.of_charge, made.amount_minor) != (charge_reference, amount_minor):
                    self.violations.append(
                        f"{key} refunded {made.amount_minor}, then requested again for {amount_minor}"
                    )
                return RefundAnswer(made.reference)
        if known:
            self.violations.append(f"{key} was refunded before: its key was forgotten, and the refund left twice")
        if amount_minor <= 0:
            self.violations.append(f"{key} refunds {amount_minor}: there is no money to move")
        if amount_minor > self._left_minor(charge_reference):
            self._note_too_large(key, charge_reference, amount_minor)
            return RefundAnswer("", NOT_ENOUGH_LEFT)
        made = self._make_refund(key, charge_reference, amount_minor)
        if self._calls.faults.draw(_WEBHOOK_CHANCE):
            self._spawn("provider", _WEBHOOK_MS, lambda: self._send_webhook(self._refund_event(made)))
        return RefundAnswer(made.reference)

    def _find_refund(self, key: str, charge_reference: str) -> RefundAnswer | None:
        found = [each for each in self.refunds if (each.key, each.of_charge) == (key, charge_reference)]
        for each in found:
            self._knows_key_since(each.made_ms)
        return RefundAnswer(found[0].reference, "expired card" if found[0].has_failed else "") if found else None

    def _make_refund(self, key: str, of_charge: str, amount_minor: int, *, is_external: bool = False) -> MadeRefund:
        reference = f"refund-{len(self.refunds) + 1}"
        made = MadeRefund(key, reference, of_charge, amount_minor, self._calls.scheduler.now_ms, is_external)
        self.refunds.append(made)
        self._book(LedgerKind.REFUNDED, reference, amount_minor, charge_reference=of_charge)
        return made

    def _left_minor(self, charge_reference: str) -> int:
        """What of a charge can still be refunded: nothing while it is disputed."""
        made = self._require(charge_reference)
        refunds = [each for each in self.refunds if each.of_charge == charge_reference and not each.has_failed]
        disputed = [each for each in self.disputes if each.of_charge == charge_reference and _withdrawn_minor(each)]
        return 0 if disputed else made.amount_minor - sum(each.amount_minor for each in refunds)

    def _note_too_large(self, key: str, charge_reference: str, amount_minor: int) -> None:
        """Nobody can know what somebody else refunds at this moment."""
        if not self.has_troubled(self._require(charge_reference).key.partition("-")[0]):
            self.violations.append(f"{key} refunds {amount_minor}, more than is left of {charge_reference}")

    def _refund_by_hand(self, paid: MadeCharge, trouble: Trouble) -> None:
        """Somebody refunds at the provider itself; a signed webhook may name a refund that the shop never made."""
        left_minor = self._left_minor(paid.reference)
        if left_minor <= 0:
            return
        key = "" if trouble is Trouble.REFUND_BY_HAND else f"unknown-{len(self.refunds)}"
        amount_minor = left_minor if self._random.random() < _WEBHOOK_CHANCE else -(-left_minor // 3)
        made = self._make_refund(key, paid.reference, amount_minor, is_external=True)
        self._calls.fault_counts[trouble] += 1
        self._spawn("provider", _WEBHOOK_MS, lambda: self._send_webhook(self._refund_event(made)))

    def _fail_refund(self, paid: MadeCharge) -> None:
        """The money of the latest refund comes back: the customer's card has expired."""
        made = [each for each in self.refunds if each.of_charge == paid.reference and not each.has_failed]
        if made:
            made[-1].has_failed = True
            self._calls.fault_counts[Trouble.REFUND_FAILS] += 1
            self._book(
                LedgerKind.REFUND_FAILED, made[-1].reference, made[-1].amount_minor, charge_reference=paid.reference
            )
            event = self._refund_event(made[-1])
            self._spawn("provider", _WEBHOOK_MS, lambda: self._send_webhook(event))

    def _open_dispute(self, paid: MadeCharge, trouble: Trouble) -> None:
        """A bank disputes all of a charge, whatever was refunded of it before, and may decide at once."""
        standing = DisputeStanding(DisputeState.OPEN, is_withdrawn=True)
        made = MadeDispute(f"dispute-{len(self.disputes) + 1}", paid.reference, paid.amount_minor, standing)
        self.disputes.append(made)
        self._calls.fault_counts[trouble] += 1
        self._book(LedgerKind.DISPUTED, made.reference, made.amount_minor, charge_reference=paid.reference)
        opened = self._dispute_event(made)
        self._spawn("provider", _WEBHOOK_MS, lambda: self._send_webhook(opened))
        if trouble is not Trouble.DISPUTED:
            within_ms = self._random.choice(_DISPUTES_CLOSED_MS)
            self._spawn("provider", within_ms, lambda: self._close_dispute(made, trouble))

    def _close_dispute(self, made: MadeDispute, trouble: Trouble) -> None:
        is_won = trouble is Trouble.DISPUTE_WON
        state = DisputeState.WON if is_won else DisputeState.LOST
        made.standing = DisputeStanding(state, is_withdrawn=True, is_reinstated=is_won)
        if is_won:
            self._book(LedgerKind.REINSTATED, made.reference, made.amount_minor, charge_reference=made.of_charge)
        self._send_webhook(self._dispute_event(made))

    def _book_charge(self, made: MadeCharge) -> None:
        if made.outcome is ChargeOutcome.APPROVED:
            self._book(LedgerKind.CHARGED, made.reference, made.amount_minor, payment_id=made.key)

    def _book(
        self, kind: LedgerKind, reference: str, amount_minor: int, *, payment_id: str = "", charge_reference: str = ""
    ) -> None:
        """Note the movement in the bank's own list, by the bank's own clock."""
        at = self._beginning + timedelta(milliseconds=self._calls.scheduler.now_ms)
        self.movements.append(
            ProviderMovement(kind, reference, amount_minor, _CURRENCY, at, payment_id, charge_reference)
        )

    def _maybe_charge_late(self, key: str, amount_minor: int, token: str) -> None:
        """A request that timed out may only have been slow."""
        if self._calls.occurs(EnvironmentFault.CHARGED_LATE, _LATE_AFTER_TIMEOUT_CHANCE):
            self._charge_late(key, amount_minor, token)

    def _charge_late(self, key: str, amount_minor: int, token: str) -> None:
        """A webhook may report the charge, or nothing ever does."""

        def charge_and_report() -> None:
            self._delayed_keys.discard(key)
            made = self._charge(key, amount_minor, token)
            if made.outcome is ChargeOutcome.AWAITING:
                return
            self._calls.log("provider", "charges late", key)
            if self._calls.faults.draw(_WEBHOOK_CHANCE):
                self._send_webhook(_charge_event(made))

        is_delayed = key.partition("-")[0] in self._delayed_orders
        self._spawn("late charge", _DELAYED_CHARGE_MS if is_delayed else _LATE_CHARGE_MS, charge_and_report)

    def _maybe_send_webhook_first(self, made: MadeCharge) -> None:
        """The webhook may overtake the response."""
        if made.outcome is not ChargeOutcome.AWAITING and self._calls.faults.draw(_SLOW_RESPONSE_CHANCE):
            self._calls.fault_counts[EnvironmentFault.WEBHOOK_FIRST] += 1
            self._spawn("provider", 1, lambda: self._send_webhook(_charge_event(made)))
            self._calls.scheduler.pause(int(self._random.random() * _SLOW_RESPONSE_MS))

    def _schedule_charge_event(self, made: MadeCharge) -> None:
        if made.outcome is ChargeOutcome.AWAITING:
            self._spawn("provider", _DECISION_MS, lambda: self._decide(made))
        elif self._calls.faults.draw(_WEBHOOK_CHANCE):
            self._spawn("provider", _WEBHOOK_MS, lambda: self._send_webhook(_charge_event(made)))

    def _decide(self, made: MadeCharge) -> None:
        """Approve or decline an asynchronous charge, unless it was cancelled."""
        if made.outcome is not ChargeOutcome.AWAITING:
            return
        made.outcome = self._random.choice((ChargeOutcome.APPROVED, ChargeOutcome.CARD_DECLINED))
        self._calls.log("provider", "decides", made.key, made.outcome.value)
        self._book_charge(made)
        self._send_webhook(_charge_event(made))

    def _refund_event(self, made: MadeRefund) -> WebhookEvent:
        """One that was made at the provider names the charge alone."""
        kind = WebhookEventType.REFUND_FAILED if made.has_failed else WebhookEventType.REFUND_SUCCEEDED
        return WebhookEvent(
            f"event-{made.reference}-{kind}",
            kind,
            "" if made.is_external else self._require(made.of_charge).key,
            made.reference,
            made.amount_minor,
            _CURRENCY,
            charge_reference=made.of_charge,
            refund_id=made.key,
            note="expired card" if made.has_failed else "",
        )

    def _dispute_event(self, made: MadeDispute) -> WebhookEvent:
        return WebhookEvent(
            f"event-{made.reference}-{made.standing.state}",
            WebhookEventType.DISPUTE_CHANGED,
            reference=made.reference,
            amount_minor=made.amount_minor,
            currency=_CURRENCY,
            charge_reference=made.of_charge,
            note="fraudulent",
            dispute=made.standing,
        )

    def _knows_key_since(self, made_ms: int) -> bool:
        """Whether a key that was used then is known now; the provider forgets it like Stripe, after a day."""
        is_known = self._calls.scheduler.now_ms - made_ms < KEY_KNOWN_FOR_MS
        self._calls.fault_counts[EnvironmentFault.KEY_FORGOTTEN] += not is_known
        return is_known

    def _find_by_key(self, key: str) -> MadeCharge | None:
        return next((made for made in reversed(self.charges) if made.key == key), None)

    def _require(self, reference: str) -> MadeCharge:
        return next(made for made in self.charges if made.reference == reference)

    def _charges_of(self, order_id: str) -> list[MadeCharge]:
        return [made for made in self.charges if made.key.startswith(order_id)]

    def _refunds_of(self, order_id: str) -> list[MadeRefund]:
        references = {made.reference for made in self._charges_of(order_id)}
        return [made for made in self.refunds if made.of_charge in references]

    def _disputes_of(self, order_id: str) -> list[MadeDispute]:
        references = {made.reference for made in self._charges_of(order_id)}
        return [made for made in self.disputes if made.of_charge in references]

    def _spawn(self, name: str, at_most_ms: int, action: Callable[[], object]) -> None:
        after_ms = int(self._random.random() * at_most_ms)
        self._calls.scheduler.spawn(name, action, after_ms=after_ms, is_managed=True)


def _charge_event(made: MadeCharge) -> WebhookEvent:
    is_paid = made.outcome is ChargeOutcome.APPROVED
    kind = WebhookEventType.CHARGE_SUCCEEDED if is_paid else WebhookEventType.CHARGE_FAILED
    reason = ChargeOutcome.CARD_DECLINED if is_paid else made.outcome
    event_id = f"event-{made.reference}"
    return WebhookEvent(event_id, kind, made.key, made.reference, made.amount_minor, _CURRENCY, reason)


def _withdrawn_minor(made: MadeDispute) -> int:
    is_held = made.standing.is_withdrawn and not made.standing.is_reinstated
    return made.amount_minor if is_held else 0
