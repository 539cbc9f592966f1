from __future__ import annotations

from random import Random

import pytest

from tradewind.payments.provider import ChargeOutcome, ProviderTimeout, WebhookEvent
from tradewind_tools.simulation.bank import Bank
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import Fault, Mishap, PlannedFaults
from tradewind_tools.simulation.scheduler import Scheduler

ORDER = "01KAJ0RDER0000000000000001"
KEY = f"{ORDER}-1"


class Branch:
    """A bank, and somebody who asks it."""

    def __init__(self, faults: dict[tuple[str, int], Fault] | None = None, *mishaps: Mishap) -> None:
        self.scheduler = Scheduler()
        self.told: list[WebhookEvent] = []
        calls = Calls(self.scheduler, PlannedFaults(faults or {}, mishaps), Random(1))
        self.bank = Bank(calls, Random(1), self.told.append)

    def charge(self, times: int = 1, token: str = "tok_approved", amount_minor: int = 500) -> list[object]:
        answers: list[object] = []

        def ask() -> None:
            for _ in range(times):
                try:
                    answers.append(self.bank.charge(KEY, amount_minor, "USD", token).outcome)
                except ProviderTimeout:
                    answers.append(ProviderTimeout)

        self.scheduler.spawn("caller", ask)
        self.scheduler.run()
        return answers


def test_one_key_is_charged_once() -> None:
    branch = Branch()
    assert branch.charge(times=3) == [ChargeOutcome.APPROVED] * 3
    assert (branch.bank.taken_minor(ORDER), branch.bank.times_charged(ORDER)) == (500, 1)


@pytest.mark.parametrize(("fault", "taken"), [(Fault.LOST_ANSWER, 500), (Fault.REFUSED, 0)])
def test_a_time_out_may_have_charged_or_not(fault: Fault, taken: int) -> None:
    branch = Branch({("caller", 1): fault})
    assert branch.charge() == [ProviderTimeout]
    assert branch.bank.taken_minor(ORDER) == taken


def test_a_question_that_is_long_on_its_way_is_answered_to_nobody_and_charged_in_the_end() -> None:
    branch = Branch({}, Mishap.CHARGED_LATE)
    assert branch.charge(times=3) == [ProviderTimeout] * 3
    assert (branch.bank.taken_minor(ORDER), branch.bank.times_charged(ORDER)) == (500, 1)


def test_a_method_that_answers_later_does_so_by_a_webhook() -> None:
    branch = Branch()
    assert branch.charge(token="tok_async") == [ChargeOutcome.AWAITING]
    [webhook] = branch.told
    assert webhook.payment_id == KEY
    assert branch.bank.charges[KEY].outcome in {ChargeOutcome.APPROVED, ChargeOutcome.CARD_DECLINED}


def test_a_charge_that_is_called_off_is_never_made() -> None:
    branch = Branch()

    def ask() -> None:
        made = branch.bank.charge(KEY, 500, "USD", "tok_async")
        assert branch.bank.cancel(KEY, made.reference).outcome is ChargeOutcome.CARD_DECLINED

    branch.scheduler.spawn("caller", ask)
    branch.scheduler.run()
    assert (branch.bank.taken_minor(ORDER), branch.told) == (0, [])


def test_a_charge_that_was_made_cannot_be_called_off() -> None:
    branch = Branch()
    branch.charge()
    branch.scheduler.spawn("caller", lambda: branch.bank.cancel(KEY, f"charge-{KEY}"))
    branch.scheduler.run()
    assert branch.bank.taken_minor(ORDER) == 500


def test_another_amount_under_the_same_key_is_complained_of() -> None:
    branch = Branch()
    branch.charge()
    branch.charge(amount_minor=600)
    assert len(branch.bank.complaints) == 1


def test_more_given_back_than_was_taken_is_complained_of() -> None:
    branch = Branch()
    branch.charge()
    branch.scheduler.spawn("caller", lambda: branch.bank.refund("r", f"charge-{KEY}", 501, "USD"))
    branch.scheduler.run()
    assert branch.bank.given_back_minor(ORDER) == 501
    assert len(branch.bank.complaints) == 1


def test_only_what_is_decided_is_told_again() -> None:
    branch = Branch()
    branch.charge()
    branch.bank.tell_again("another order")
    assert branch.told == []
    branch.bank.tell_again(ORDER)
    assert [webhook.payment_id for webhook in branch.told] == [KEY]
