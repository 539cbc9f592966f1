from __future__ import annotations

import pytest
from tests.fakes import FakeClock, make_shop
from tests.trading import event_types
from tests.unit.payments.bank import (
    ORDER_ID,
    PAYMENT_ID,
    Bank,
    charge,
    count_open,
    insert_cancelled_order,
    read_balance,
    read_payment,
    refund,
)

from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import CANCELLED, Balance, PaymentState
from tradewind.payments.provider import Charge, ChargeOutcome
from tradewind.payments.reads import list_ledger
from tradewind.shop import Shop


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def shop(clock: FakeClock, bank: Bank) -> Shop:
    shop = make_shop(clock=clock)
    shop.provider = bank
    insert_cancelled_order(shop)
    return shop


def test_approved_charge_is_entered_in_the_ledger_and_announced(shop: Shop, bank: Bank) -> None:
    assert charge(shop) == "Paid"
    assert read_payment(shop).state is PaymentState.SUCCEEDED
    assert read_balance(shop) == Balance(charged=2500, refunded=0)
    assert event_types(shop) == ["PaymentSucceeded"]
    assert list(bank.charges) == [PAYMENT_ID]


def test_charging_again_returns_the_recorded_outcome_without_asking(shop: Shop, bank: Bank) -> None:
    charge(shop)
    bank.lost_requests = 99
    assert charge(shop) == "Paid"
    assert event_types(shop) == ["PaymentSucceeded"]


@pytest.mark.parametrize("outcome", [ChargeOutcome.CARD_DECLINED, ChargeOutcome.INSUFFICIENT_FUNDS])
def test_decline_is_final_and_moves_no_money(shop: Shop, bank: Bank, outcome: ChargeOutcome) -> None:
    bank.outcome = outcome
    assert charge(shop) == outcome.value
    bank.outcome = ChargeOutcome.APPROVED
    assert charge(shop) == outcome.value
    assert list_ledger(shop.table, ORDER_ID) == []
    assert event_types(shop) == ["PaymentFailed"]


def test_charge_whose_answer_is_lost_is_looked_up(shop: Shop, bank: Bank) -> None:
    bank.lost_answers = 1
    assert charge(shop) == "Paid"


def test_request_that_never_arrived_is_sent_again_with_the_same_key(shop: Shop, bank: Bank) -> None:
    bank.lost_requests = 1
    with pytest.raises(ProviderTimeout):
        charge(shop)
    assert charge(shop) == "Paid"
    assert len(bank.charges) == 1


def test_later_answer_is_awaited(shop: Shop, bank: Bank) -> None:
    bank.outcome = ChargeOutcome.AWAITING
    assert charge(shop) == "AwaitingPayment"
    assert read_payment(shop).state is PaymentState.AWAITING
    assert event_types(shop) == []


def test_charging_after_a_refund_returns_refunded(shop: Shop) -> None:
    charge(shop)
    refund(shop)
    assert charge(shop) == "Refunded"


def test_attempt_older_than_its_key_is_cancelled_and_stays_open(shop: Shop, bank: Bank, clock: FakeClock) -> None:
    bank.lost_requests = 1
    with pytest.raises(ProviderTimeout):
        charge(shop)
    clock.advance(24 * 3600)
    assert charge(shop) == CANCELLED
    assert count_open(shop) == 1


def test_charge_made_after_its_order_was_refunded_is_recorded_so_that_it_can_be_refunded(shop: Shop) -> None:
    class CancelledMeanwhile(Bank):
        def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
            assert not refund(shop)
            return super().charge(key, amount_minor, currency, token)

    shop.provider = late = CancelledMeanwhile()
    assert charge(shop) == "Paid"
    assert read_payment(shop).state is PaymentState.SUCCEEDED
    assert refund(shop)
    assert read_balance(shop).kept == 0
    assert late.refunds
