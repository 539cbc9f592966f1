from __future__ import annotations

import pytest
from tests.fakes import START

from tradewind.payments.model import Payment, PaymentState
from tradewind_tools.localcloud.payment_webhooks import APPROVED, REFUSED, can_be_answered, refuse_answer


def payment(state: PaymentState) -> Payment:
    return Payment("01M8-1", "01M8", "01U", 1, state, 1400, "GBP", START, START)


@pytest.mark.parametrize("kind", [APPROVED, REFUSED])
@pytest.mark.parametrize("state", [PaymentState.REQUESTED, PaymentState.AWAITING])
def test_payment_that_waits_can_be_answered(state: PaymentState, kind: str) -> None:
    assert can_be_answered(payment(state), kind)


@pytest.mark.parametrize("kind", [APPROVED, REFUSED])
@pytest.mark.parametrize("state", [PaymentState.SUCCEEDED, PaymentState.REFUNDED])
def test_payment_that_was_approved_cannot_be_answered_again(state: PaymentState, kind: str) -> None:
    assert not can_be_answered(payment(state), kind)


def test_payment_that_was_refused_can_still_be_approved_but_not_refused_again() -> None:
    assert can_be_answered(payment(PaymentState.FAILED), APPROVED)
    assert not can_be_answered(payment(PaymentState.FAILED), REFUSED)


def test_refusal_says_what_happened_and_the_way_on() -> None:
    assert str(refuse_answer(payment(PaymentState.SUCCEEDED))) == (
        "It is too late: the payment of order 01M8 was approved. "
        "An administrator can refund it: POST /orders/01M8/refunds"
    )
