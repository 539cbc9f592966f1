from __future__ import annotations

from random import Random

import pytest

from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.provider import ChargeOutcome, WebhookEvent
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import EnvironmentFault, Fault, PlannedFaults
from tradewind_tools.simulation.payment_provider import SimulatedProvider
from tradewind_tools.simulation.scheduler import Scheduler

ORDER = "01KAJ0RDER0000000000000001"
KEY = f"{ORDER}-1"


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

        self.scheduler.spawn("caller", call)
        self.scheduler.run()
        return outcomes


def test_one_key_is_charged_once() -> None:
    fixture = Fixture()
    assert fixture.charge(times=3) == [ChargeOutcome.APPROVED] * 3
    assert (fixture.provider.amount_charged_minor(ORDER), fixture.provider.times_charged(ORDER)) == (500, 1)


@pytest.mark.parametrize(("fault", "charged"), [(Fault.LOST_RESPONSE, 500), (Fault.REFUSED, 0)])
def test_timeout_may_have_charged_or_not(fault: Fault, charged: int) -> None:
    fixture = Fixture({("caller", 1): fault})
    assert fixture.charge() == [ProviderTimeout]
    assert fixture.provider.amount_charged_minor(ORDER) == charged


def test_delayed_request_times_out_and_is_charged_once_in_the_end() -> None:
    fixture = Fixture({}, EnvironmentFault.CHARGED_LATE)
    assert fixture.charge(times=3) == [ProviderTimeout] * 3
    assert (fixture.provider.amount_charged_minor(ORDER), fixture.provider.times_charged(ORDER)) == (500, 1)


def test_asynchronous_charge_is_decided_by_a_webhook() -> None:
    fixture = Fixture()
    assert fixture.charge(token="tok_async") == [ChargeOutcome.AWAITING]
    [event] = fixture.webhooks
    assert event.payment_id == KEY
    assert fixture.provider.charges[KEY].outcome in {ChargeOutcome.APPROVED, ChargeOutcome.CARD_DECLINED}


def test_cancelled_charge_is_never_made() -> None:
    fixture = Fixture()

    def call() -> None:
        charge = fixture.provider.charge(KEY, 500, "USD", "tok_async")
        assert fixture.provider.cancel(KEY, charge.reference).outcome is ChargeOutcome.CARD_DECLINED

    fixture.scheduler.spawn("caller", call)
    fixture.scheduler.run()
    assert (fixture.provider.amount_charged_minor(ORDER), fixture.webhooks) == (0, [])


def test_charge_that_was_made_cannot_be_cancelled() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.scheduler.spawn("caller", lambda: fixture.provider.cancel(KEY, f"charge-{KEY}"))
    fixture.scheduler.run()
    assert fixture.provider.amount_charged_minor(ORDER) == 500


def test_another_amount_with_the_same_key_is_a_violation() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.charge(amount_minor=600)
    assert len(fixture.provider.violations) == 1


def test_refund_larger_than_the_charge_is_a_violation() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.scheduler.spawn("caller", lambda: fixture.provider.refund("r", f"charge-{KEY}", 501, "USD"))
    fixture.scheduler.run()
    assert fixture.provider.amount_refunded_minor(ORDER) == 501
    assert len(fixture.provider.violations) == 1


def test_webhooks_are_resent_only_for_decided_charges_of_the_order() -> None:
    fixture = Fixture()
    fixture.charge()
    fixture.provider.resend_webhooks("another order")
    assert fixture.webhooks == []
    fixture.provider.resend_webhooks(ORDER)
    assert [event.payment_id for event in fixture.webhooks] == [KEY]
