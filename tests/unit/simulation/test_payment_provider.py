from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import DisputeState, WebhookEventType
from tradewind.payments.provider import NOT_ENOUGH_LEFT, ChargeOutcome, RefundAnswer, WebhookEvent
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import EnvironmentFault, Fault, PlannedFaults
from tradewind_tools.simulation.payment_provider import KEY_KNOWN_FOR_MS, Account, SimulatedProvider
from tradewind_tools.simulation.scenario import Trouble
from tradewind_tools.simulation.scheduler import Scheduler

ORDER = "01KAJ0RDER0000000000000001"
KEY = f"{ORDER}-1"
CHARGE = "charge-1"


class Fixture:
    """A provider, and a task that calls it; `webhooks` keeps the events that the provider sent."""

    def __init__(self, plan: dict[tuple[str, int], Fault] | None = None, *faults: EnvironmentFault) -> None:
        self.scheduler = Scheduler()
        self.webhooks: list[WebhookEvent] = []
        calls = Calls(self.scheduler, PlannedFaults(plan or {}, faults), Random(1))
        self.provider = SimulatedProvider(calls, Random(1), self.webhooks.append)

    def charge(self, times: int = 1, token: str = "tok_approved", amount_minor: int = 500) -> list[object]:
        outcomes: list[object] = []

        def call() -> None:
            for _ in range(times):
                try:
                    outcomes.append(self.provider.charge(KEY, amount_minor, "USD", token).outcome)
                except ProviderTimeout:
                    outcomes.append(ProviderTimeout)

        self.run(call)
        return outcomes

    def refund(self, amount_minor: int, key: str = "r", *, after_ms: int = 0) -> RefundAnswer:
        answers: list[RefundAnswer] = []
        self.run(lambda: answers.append(self.provider.refund(key, CHARGE, amount_minor, "USD")), after_ms=after_ms)
        return answers[0]

    def find_refund(self, key: str) -> RefundAnswer | None:
        answers: list[RefundAnswer | None] = []
        self.run(lambda: answers.append(self.provider.find_refund(key, CHARGE)))
        return answers[0]

    def make_trouble(self, trouble: Trouble) -> None:
        self.run(lambda: self.provider.make_trouble(ORDER, trouble))

    def run(self, call: Callable[[], object], *, after_ms: int = 0) -> None:
        self.scheduler.spawn("caller", call, after_ms=after_ms)
        self.scheduler.run()

    @property
    def account(self) -> Account:
        return self.provider.account_of(ORDER)


def test_one_key_is_charged_once() -> None:
    fixture = Fixture()
    assert fixture.charge(times=3) == [ChargeOutcome.APPROVED] * 3
    assert (fixture.account.charged, fixture.provider.times_charged(ORDER)) == (500, 1)


@pytest.mark.parametrize(("fault", "charged"), [(Fault.LOST_RESPONSE, 500), (Fault.REFUSED, 0)])
def test_timeout_may_have_charged_or_not(fault: Fault, charged: int) -> None:
    fixture = Fixture({("caller", 1): fault})
    assert fixture.charge() == [ProviderTimeout]
    assert fixture.account.charged == charged


def test_delayed_request_times_out_and_is_charged_once_in_the_end() -> None:
    fixture = Fixture({}, EnvironmentFault.CHARGED_LATE)
    assert fixture.charge(times=3) == [ProviderTimeout] * 3
    assert (fixture.account.charged, fixture.provider.times_charged(ORDER)) == (500, 1)


def test_charge_of_a_delayed_order_is_late_as_by_chance() -> None:
    fixture = Fixture()
    fixture.provider.delay_charge(ORDER)
    assert fixture.charge(times=2) == [ProviderTimeout] * 2
    assert fixture.provider.times_charged(ORDER) == 1


def test_asynchronous_charge_is_decided_by_a_webhook() -> None:
    fixture = Fixture()
    assert fixture.charge(token="tok_async") == [ChargeOutcome.AWAITING]
    [event] = fixture.webhooks
    assert event.payment_id == KEY
    assert fixture.provider.charges[0].outcome in {ChargeOutcome.APPROVED, ChargeOutcome.CARD_DECLINED}


def test_cancelled_charge_is_never_made() -> None:
    fixture = Fixture()

    def call() -> None:
        charge = fixture.provider.charge(KEY, 500, "USD", "tok_async")
        assert fixture.provider.cancel(KEY, charge.reference).outcome is ChargeOutcome.CARD_DECLINED

    fixture.run(call)
    assert (fixture.account.charged, fixture.webhooks) == (0, [])


def test_charge_that_was_made_cannot_be_cancelled() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.run(lambda: fixture.provider.cancel(KEY, CHARGE))
    assert fixture.account.charged == 500


def test_another_amount_with_the_same_key_is_a_violation() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.charge(amount_minor=600)
    assert len(fixture.provider.violations) == 1


def test_refund_larger_than_the_charge_is_refused_and_a_violation() -> None:
    fixture = Fixture()
    fixture.charge()
    assert fixture.refund(501) == RefundAnswer("", NOT_ENOUGH_LEFT)
    assert fixture.account.refunded == 0
    assert len(fixture.provider.violations) == 1


def test_key_that_is_known_refunds_once_and_one_that_was_forgotten_again() -> None:
    fixture = Fixture()
    fixture.charge()
    first = fixture.refund(200)
    assert fixture.refund(200, after_ms=KEY_KNOWN_FOR_MS // 2) == first
    assert (fixture.account.refunded, fixture.provider.violations) == (200, [])
    assert fixture.refund(200, after_ms=KEY_KNOWN_FOR_MS) != first
    assert fixture.account.refunded == 400
    assert len(fixture.provider.violations) == 1


def test_forgotten_key_charges_again() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.run(lambda: fixture.provider.charge(KEY, 500, "USD", "tok_approved"), after_ms=KEY_KNOWN_FOR_MS)
    assert fixture.provider.times_charged(ORDER) == 2


def test_refund_is_found_by_its_key_however_old() -> None:
    fixture = Fixture()
    fixture.charge()
    made = fixture.refund(200)
    fixture.run(lambda: None, after_ms=KEY_KNOWN_FOR_MS)
    assert fixture.find_refund("r") == made
    assert fixture.find_refund("another") is None


@pytest.mark.parametrize("trouble", [Trouble.REFUND_BY_HAND, Trouble.UNKNOWN_REFUND])
def test_refund_at_the_provider_is_reported_and_leaves_less(trouble: Trouble) -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.make_trouble(trouble)
    [event] = fixture.webhooks
    assert (event.type, event.payment_id, event.charge_reference) == (WebhookEventType.REFUND_SUCCEEDED, "", CHARGE)
    assert bool(event.refund_id) == (trouble is Trouble.UNKNOWN_REFUND)
    assert fixture.account.refunded == event.amount_minor > 0
    assert fixture.refund(500) == RefundAnswer("", NOT_ENOUGH_LEFT)
    assert fixture.provider.violations == [], "nobody can know of it yet"


def test_refund_that_fails_is_reported_and_its_money_comes_back() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.refund(200)
    fixture.make_trouble(Trouble.REFUND_FAILS)
    [event] = fixture.webhooks
    assert (event.type, event.refund_id) == (WebhookEventType.REFUND_FAILED, "r")
    assert fixture.account.kept == 500
    assert fixture.provider.must_ring(ORDER)


@pytest.mark.parametrize(
    ("trouble", "kept", "states"),
    [
        (Trouble.DISPUTED, 0, [DisputeState.OPEN]),
        (Trouble.DISPUTE_WON, 500, [DisputeState.OPEN, DisputeState.WON]),
        (Trouble.DISPUTE_LOST, 0, [DisputeState.OPEN, DisputeState.LOST]),
    ],
)
def test_dispute_withdraws_the_charge_until_it_is_won(trouble: Trouble, kept: int, states: list[DisputeState]) -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.make_trouble(trouble)
    assert [event.dispute.state for event in fixture.webhooks if event.dispute] == states
    assert fixture.account.kept == kept
    assert fixture.provider.is_disputed(ORDER) == (trouble is Trouble.DISPUTED)


def test_no_trouble_is_made_of_what_was_not_charged() -> None:
    fixture = Fixture()
    fixture.charge(token="tok_declined")
    for trouble in Trouble:
        fixture.make_trouble(trouble)
    assert not fixture.provider.has_troubled(ORDER)


def test_webhooks_are_resent_only_for_decided_charges_of_the_order() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.provider.resend_webhooks("another order")
    assert fixture.webhooks == []
    fixture.provider.resend_webhooks(ORDER)
    assert [event.payment_id for event in fixture.webhooks] == [KEY]


def test_provider_that_is_down_answers_again_after_ten_minutes() -> None:
    fixture = Fixture({}, EnvironmentFault.PROVIDER_DOWN)
    assert fixture.charge() == [ProviderTimeout]
    fixture.scheduler.spawn("later", lambda: None, after_ms=600_000)
    fixture.scheduler.run()
    assert fixture.charge() == [ChargeOutcome.APPROVED]
