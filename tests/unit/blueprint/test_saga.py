from __future__ import annotations

from typing import Any

import pytest

from tradewind.checkout.model import LONGEST_RUN, StepOutcome
from tradewind.ordering.model import CancelReason
from tradewind.payments.provider import ChargeOutcome
from tradewind_tools.blueprint.saga import STEPS, SagaStep, definition_by_name

MACHINE = definition_by_name()
ON_REQUEST = {CancelReason.CUSTOMER_REQUEST}
FOUND_DECIDED = {"Cancelled", "Decided"}
"""Outcomes of a step that found the order decided by somebody else."""


def longest_pauses_seconds(retrier: dict[str, Any]) -> float:
    pauses = (retrier["IntervalSeconds"] * retrier["BackoffRate"] ** number for number in range(retrier["MaxAttempts"]))
    return float(sum(min(pause, retrier["MaxDelaySeconds"]) for pause in pauses))


def test_every_outcome_of_a_step_leads_somewhere() -> None:
    known = {outcome for step in STEPS for outcome in step.targets} | {"Released", "Refunded", "NothingToRefund"}
    assert known == set(StepOutcome)


def test_every_answer_of_a_provider_is_an_outcome_of_the_payment() -> None:
    (payment,) = (step for step in STEPS if step.name == "ProcessPayment")
    assert set(ChargeOutcome) <= set(payment.targets)


def test_only_business_outcomes_lead_to_a_cancellation() -> None:
    leading = {outcome for step in STEPS for outcome, target in step.targets.items() if target == "CancelOrder"}
    assert leading - FOUND_DECIDED == set(CancelReason) - ON_REQUEST


def test_no_error_leads_to_a_cancellation() -> None:
    assert not any("Catch" in state for state in MACHINE["States"].values())
    defaults = {state["Default"] for state in MACHINE["States"].values() if state["Type"] == "Choice"}
    assert defaults == {"UnexpectedOutcome"}
    assert MACHINE["States"]["UnexpectedOutcome"]["Type"] == "Fail"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_transient_errors_are_retried_for_minutes_within_one_run(step: SagaStep) -> None:
    transient, other = MACHINE["States"][step.name]["Retry"]
    assert 120 < longest_pauses_seconds(transient) < 240
    assert longest_pauses_seconds(other) < 5
    assert longest_pauses_seconds(transient) + longest_pauses_seconds(other) < LONGEST_RUN.total_seconds() - 60


def test_throttling_is_transient_and_a_bug_is_not() -> None:
    transient, other = MACHINE["States"]["ConfirmOrder"]["Retry"]
    named = set(transient["ErrorEquals"])
    assert {"Lambda.TooManyRequestsException", "TableBusy", "ProviderTimeout", "SecretUnavailable"} <= named
    assert other["ErrorEquals"] == ["States.ALL"]
    assert not {"ValueError", "KeyError", "StockMismatch", "OrderMissing"} & named
