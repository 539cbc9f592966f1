from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, make_shop
from tests.trading import event_types

from tradewind.aws.table import Query
from tradewind.payments import store
from tradewind.payments.charging import ToCharge, ToGiveBack, charge, refund
from tradewind.payments.fake import FakeProvider
from tradewind.payments.model import GIVEN_UP, Balance, Payment, PaymentState, balance
from tradewind.payments.provider import Charge, ChargeOutcome, ProviderTimeout, Refund
from tradewind.shop import Shop

ORDER = "01KAJ0RDER0000000000000001"


@dataclass
class Bank(FakeProvider):
    """A provider that counts the money: one charge per key, and it can lose its answers."""

    charges: dict[str, Charge] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    outcome: ChargeOutcome = ChargeOutcome.APPROVED
    lost_answers: int = 0
    lost_questions: int = 0
    last_word: ChargeOutcome = ChargeOutcome.CARD_DECLINED
    called_off: list[str] = field(default_factory=list)

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        assert (amount_minor, currency, token) == (2500, "USD", "tok")
        if self.lost_questions:
            self.lost_questions -= 1
            raise ProviderTimeout(key)
        made = self.charges.setdefault(key, Charge(self.outcome, f"ch_{key}"))
        if self.lost_answers:
            self.lost_answers -= 1
            raise ProviderTimeout(key)
        return made

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:
        assert charge_reference in {made.reference for made in self.charges.values()}
        assert currency == "USD"
        self.refunds[key] = amount_minor
        return Refund(f"re_{key}")

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:  # noqa: ARG002 - the protocol's
        assert token == "tok"
        return self.charges.get(key)

    def cancel(self, key: str, reference: str) -> Charge:
        assert self.charges[key].reference == reference
        self.called_off.append(key)
        self.charges[key] = Charge(self.last_word, reference)
        return self.charges[key]


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def shop(bank: Bank) -> Shop:
    shop = make_shop()
    shop.provider = bank
    return shop


def charged(shop: Shop) -> str:
    return charge(ToCharge(ORDER, CUSTOMER_ID, 2500, "USD", "tok", "request-1"), shop)


def refunded(shop: Shop) -> bool:
    return refund(ToGiveBack(ORDER, "tok", 0, "request-1"), shop)


def payment(shop: Shop) -> Payment:
    found = store.read(shop.table, ORDER, 1)
    assert found
    return found


def test_an_approved_charge_is_recorded_in_the_ledger_and_told(shop: Shop, bank: Bank) -> None:
    assert charged(shop) == "Paid"
    assert payment(shop).state is PaymentState.SUCCEEDED
    assert balance(store.ledger(shop.table, ORDER)) == Balance(charged=2500, refunded=0)
    assert event_types(shop) == ["PaymentSucceeded"]
    assert list(bank.charges) == [f"{ORDER}-1"]


def test_charging_again_asks_nobody_and_answers_the_same(shop: Shop, bank: Bank) -> None:
    charged(shop)
    bank.lost_questions = 99
    assert charged(shop) == "Paid"
    assert event_types(shop) == ["PaymentSucceeded"]


@pytest.mark.parametrize("outcome", [ChargeOutcome.CARD_DECLINED, ChargeOutcome.INSUFFICIENT_FUNDS])
def test_a_decline_stands_and_moves_no_money(shop: Shop, bank: Bank, outcome: ChargeOutcome) -> None:
    bank.outcome = outcome
    assert charged(shop) == outcome.value
    bank.outcome = ChargeOutcome.APPROVED
    assert charged(shop) == outcome.value
    assert store.ledger(shop.table, ORDER) == []
    assert event_types(shop) == ["PaymentFailed"]


def test_a_lost_answer_is_looked_up(shop: Shop, bank: Bank) -> None:
    bank.lost_answers = 1
    assert charged(shop) == "Paid"


def test_a_question_that_never_arrived_is_asked_again_with_the_same_key(shop: Shop, bank: Bank) -> None:
    bank.lost_questions = 1
    with pytest.raises(ProviderTimeout):
        charged(shop)
    assert charged(shop) == "Paid"
    assert len(bank.charges) == 1


def test_a_later_answer_is_awaited(shop: Shop, bank: Bank) -> None:
    bank.outcome = ChargeOutcome.AWAITING
    assert charged(shop) == "AwaitingPayment"
    assert payment(shop).state is PaymentState.AWAITING
    assert event_types(shop) == []


def test_a_refund_gives_back_once(shop: Shop, bank: Bank) -> None:
    charged(shop)
    assert refunded(shop)
    assert refunded(shop)
    assert bank.refunds == {f"{ORDER}-1-refund": 2500}
    assert balance(store.ledger(shop.table, ORDER)) == Balance(charged=2500, refunded=2500)
    assert charged(shop) == "Refunded"


def test_what_was_never_charged_is_not_refunded(shop: Shop, bank: Bank) -> None:
    assert not refunded(shop)
    bank.outcome = ChargeOutcome.CARD_DECLINED
    charged(shop)
    assert not refunded(shop)
    assert bank.refunds == {}


def test_a_charge_whose_answer_was_never_heard_is_found_and_refunded(shop: Shop, bank: Bank) -> None:
    bank.lost_questions = 1
    with pytest.raises(ProviderTimeout):
        charged(shop)
    bank.charges[f"{ORDER}-1"] = Charge(ChargeOutcome.APPROVED, "ch_late")
    assert refunded(shop)
    assert balance(store.ledger(shop.table, ORDER)).kept == 0
    assert bank.refunds


def test_an_attempt_that_the_provider_never_heard_of_is_given_up(shop: Shop, bank: Bank) -> None:
    bank.lost_questions = 1
    with pytest.raises(ProviderTimeout):
        charged(shop)
    assert not refunded(shop)
    assert payment(shop).failure == GIVEN_UP
    assert charged(shop) == GIVEN_UP
    assert bank.charges == {}


def test_an_attempt_that_still_waits_for_its_customer_is_called_off(shop: Shop, bank: Bank) -> None:
    bank.outcome = ChargeOutcome.AWAITING
    charged(shop)
    assert not refunded(shop)
    assert bank.called_off == [f"{ORDER}-1"]
    assert (payment(shop).state, payment(shop).failure) == (PaymentState.FAILED, GIVEN_UP)
    assert looked_after(shop) == 0


def test_an_attempt_that_is_made_before_it_could_be_called_off_is_refunded(shop: Shop, bank: Bank) -> None:
    bank.outcome = ChargeOutcome.AWAITING
    charged(shop)
    bank.last_word = ChargeOutcome.APPROVED
    assert refunded(shop)
    assert balance(store.ledger(shop.table, ORDER)) == Balance(charged=2500, refunded=2500)


def test_an_attempt_that_nobody_heard_of_is_looked_after_and_a_refusal_is_not(shop: Shop, bank: Bank) -> None:
    bank.lost_questions = 1
    with pytest.raises(ProviderTimeout):
        charged(shop)
    refunded(shop)
    assert looked_after(shop) == 1
    bank.charges[f"{ORDER}-1"] = Charge(ChargeOutcome.APPROVED, "ch_late")
    assert refunded(shop)
    assert looked_after(shop) == 0


def test_an_attempt_older_than_its_key_is_given_up_and_looked_after(bank: Bank) -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    shop.provider = bank
    bank.lost_questions = 1
    with pytest.raises(ProviderTimeout):
        charged(shop)
    clock.advance(24 * 3600)
    assert charged(shop) == GIVEN_UP
    assert looked_after(shop) == 1


def looked_after(shop: Shop) -> int:
    """How many payments stand in the index of those that the clearing job looks at."""
    shards = range(store.OPEN_SHARDS)
    return sum(len(shop.table.query(Query(f"PAYMENT_OPEN#{shard}", index="GSI2")).items) for shard in shards)


def test_a_charge_made_after_giving_up_is_found_though_its_hearer_died(shop: Shop) -> None:
    class Dying(Bank):
        def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
            assert not refunded(shop)
            super().charge(key, amount_minor, currency, token)
            raise RuntimeError("killed")

    bank = Dying()
    shop.provider = bank
    with pytest.raises(RuntimeError):
        charged(shop)
    assert payment(shop).failure == GIVEN_UP
    assert refunded(shop)
    assert balance(store.ledger(shop.table, ORDER)) == Balance(charged=2500, refunded=2500)
    assert bank.refunds == {f"{ORDER}-1-refund": 2500}


def test_an_approval_that_comes_after_giving_up_is_recorded_so_that_it_is_refunded(shop: Shop) -> None:
    class GivenUpMeanwhile(Bank):
        def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
            assert not refunded(shop)
            return super().charge(key, amount_minor, currency, token)

    late = GivenUpMeanwhile()
    shop.provider = late
    assert charged(shop) == "Paid"
    assert payment(shop).state is PaymentState.SUCCEEDED
    assert refunded(shop)
    assert balance(store.ledger(shop.table, ORDER)).kept == 0
    assert late.refunds
