from __future__ import annotations

import pytest
from tests.fakes import FakeClock, make_shop
from tests.unit.payments.bank import PAYMENT_ID, Bank, charge, count_open, read_balance, read_payment, refund

from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import CANCELLED, Balance, PaymentState
from tradewind.payments.provider import Charge, ChargeOutcome
from tradewind.shop import Shop


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def shop(clock: FakeClock, bank: Bank) -> Shop:
    shop = make_shop(clock=clock)
    shop.provider = bank
    return shop


@pytest.fixture
def lost(shop: Shop, bank: Bank) -> Shop:
    """A shop whose request to charge did not reach the bank."""
    bank.lost_requests = 1
    with pytest.raises(ProviderTimeout):
        charge(shop)
    return shop


def test_charge_is_refunded_once(shop: Shop, bank: Bank) -> None:
    charge(shop)
    assert refund(shop)
    assert refund(shop)
    assert bank.refunds == {f"{PAYMENT_ID}-refund": 2500}
    assert read_balance(shop) == Balance(charged=2500, refunded=2500)


def test_order_that_was_never_charged_is_not_refunded(shop: Shop, bank: Bank) -> None:
    assert not refund(shop)
    bank.outcome = ChargeOutcome.CARD_DECLINED
    charge(shop)
    assert not refund(shop)
    assert bank.refunds == {}


def test_charge_whose_answer_never_came_is_found_and_refunded(lost: Shop, bank: Bank) -> None:
    bank.charges[PAYMENT_ID] = Charge(ChargeOutcome.APPROVED, "ch_late")
    assert refund(lost)
    assert read_balance(lost).kept == 0
    assert bank.refunds


def test_charge_that_the_provider_does_not_know_is_cancelled(lost: Shop, bank: Bank) -> None:
    assert not refund(lost)
    assert read_payment(lost).failure == CANCELLED
    assert charge(lost) == CANCELLED
    assert bank.charges == {}


def test_charge_that_waits_for_its_customer_is_cancelled_at_the_provider(shop: Shop, bank: Bank) -> None:
    bank.outcome = ChargeOutcome.AWAITING
    charge(shop)
    assert not refund(shop)
    assert bank.cancelled == [PAYMENT_ID]
    assert (read_payment(shop).state, read_payment(shop).failure) == (PaymentState.FAILED, CANCELLED)
    assert count_open(shop) == 0


def test_charge_that_is_made_before_it_can_be_cancelled_is_refunded(shop: Shop, bank: Bank) -> None:
    bank.outcome = ChargeOutcome.AWAITING
    charge(shop)
    bank.outcome_of_cancelling = ChargeOutcome.APPROVED
    assert refund(shop)
    assert read_balance(shop) == Balance(charged=2500, refunded=2500)


def test_charge_that_the_provider_does_not_know_stays_open_until_it_is_found(lost: Shop, bank: Bank) -> None:
    refund(lost)
    assert count_open(lost) == 1
    bank.charges[PAYMENT_ID] = Charge(ChargeOutcome.APPROVED, "ch_late")
    assert refund(lost)
    assert count_open(lost) == 0


def test_charge_made_after_cancelling_is_found_though_the_run_that_made_it_died(shop: Shop) -> None:
    class Dying(Bank):
        def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
            assert not refund(shop)
            super().charge(key, amount_minor, currency, token)
            raise RuntimeError("killed")

    shop.provider = bank = Dying()
    with pytest.raises(RuntimeError):
        charge(shop)
    assert read_payment(shop).failure == CANCELLED
    assert refund(shop)
    assert read_balance(shop) == Balance(charged=2500, refunded=2500)
    assert bank.refunds == {f"{PAYMENT_ID}-refund": 2500}
