from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes import START

from tradewind.ordering.public import Refund, RefundOrigin, RefundState
from tradewind.payments.model import CHARGED_STATES, DisputeState, Payment, PaymentState
from tradewind_tools.localcloud.errors import NoRefundToFail
from tradewind_tools.localcloud.payment_webhooks import (
    APPROVED,
    DISPUTES,
    REFUSED,
    can_be_answered,
    dispute_webhook_for,
    failed_refund_webhook_for,
    refuse_answer,
)


def payment(state: PaymentState) -> Payment:
    return Payment("01M8-1", "01M8", "01U", 1, state, 1400, "GBP", START, START)


@pytest.mark.parametrize("kind", [APPROVED, REFUSED])
@pytest.mark.parametrize("state", [PaymentState.REQUESTED, PaymentState.AWAITING])
def test_payment_that_waits_can_be_answered(state: PaymentState, kind: str) -> None:
    assert can_be_answered(payment(state), kind)


@pytest.mark.parametrize("kind", [APPROVED, REFUSED])
@pytest.mark.parametrize("state", CHARGED_STATES)
def test_payment_that_was_approved_cannot_be_answered_again(state: PaymentState, kind: str) -> None:
    assert not can_be_answered(payment(state), kind)
    assert "It is too late" in str(refuse_answer(payment(state)))


def test_payment_that_was_refused_can_still_be_approved_but_not_refused_again() -> None:
    assert can_be_answered(payment(PaymentState.FAILED), APPROVED)
    assert not can_be_answered(payment(PaymentState.FAILED), REFUSED)


def test_refusal_says_what_happened_and_the_way_on() -> None:
    assert str(refuse_answer(payment(PaymentState.SUCCEEDED))) == (
        "It is too late: the payment of order 01M8 was approved. "
        "An administrator can refund it: POST /orders/01M8/refunds"
    )


def refund(number: int, state: RefundState) -> Refund:
    made_at = START + timedelta(minutes=number)
    reference = f"re_{number}" if state is not RefundState.REQUESTED else None
    return Refund(
        *(f"R-{number}", "01M8", "01U", 100 * number, "GBP", "broken", RefundOrigin.SHOP, state),
        *(made_at, made_at, "request-1", reference),
    )


def test_latest_refund_that_was_issued_is_the_one_that_fails() -> None:
    refunds = [refund(2, RefundState.ISSUED), refund(1, RefundState.ISSUED), refund(3, RefundState.REQUESTED)]
    webhook = failed_refund_webhook_for(payment(PaymentState.SUCCEEDED), refunds)
    assert (webhook.type, webhook.reference, webhook.refund_id) == ("refund.failed", "re_2", "R-2")
    assert webhook.amount_minor == 200


def test_no_refund_fails_where_none_was_issued() -> None:
    with pytest.raises(NoRefundToFail, match="01M8"):
        failed_refund_webhook_for(payment(PaymentState.SUCCEEDED), [refund(1, RefundState.REQUESTED)])


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("dispute", DisputeState.OPEN), ("win-dispute", DisputeState.WON), ("lose-dispute", DisputeState.LOST)],
)
def test_dispute_is_of_the_whole_payment(verdict: str, state: DisputeState) -> None:
    webhook = dispute_webhook_for(payment(PaymentState.SUCCEEDED), DISPUTES[verdict])
    assert (webhook.type, webhook.amount_minor) == ("dispute.updated", 1400)
    assert webhook.dispute
    assert webhook.dispute.state is state
