from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from tests.fakes import FakeClock, make_shop
from tests.trading import Saga, event_types, events, order_of, ordered, stock, stocked, with_customer
from tests.webhooks import deliver, received_webhooks, send_webhook, webhook_for

from tradewind.aws.table import Query
from tradewind.ordering.model import OrderStatus, PaymentStatus
from tradewind.payments.consumers import apply_webhook
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.fake import FakeProvider
from tradewind.payments.jobs import PER_SHARD, check_open_payments
from tradewind.payments.model import ANSWER_WITHIN, CHECK_AFTER, RECHECK_AFTER, Balance, PaymentState, balance
from tradewind.payments.provider import Charge, ChargeOutcome
from tradewind.payments.reads import OPEN_SHARDS, find_payment, list_ledger
from tradewind.shop import Shop

MOMENT = timedelta(seconds=1)


@dataclass
class Slow(FakeProvider):
    """A provider that says when it is asked what it has come to: by the payment's id."""

    answers: dict[str, ChargeOutcome | type[Exception] | None] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    called_off: list[tuple[str, str]] = field(default_factory=list)
    last_words: dict[str, ChargeOutcome | type[Exception]] = field(default_factory=dict)

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:
        self.asked.append((key, token, reference))
        answer = self.answers.get(key, ChargeOutcome.AWAITING)
        if isinstance(answer, type):
            raise answer(key)
        return Charge(answer, f"late_{key}") if answer else None

    def cancel(self, key: str, reference: str) -> Charge:
        self.called_off.append((key, reference))
        answer = self.last_words.get(key, ChargeOutcome.CARD_DECLINED)
        if isinstance(answer, type):
            raise answer(key)
        return Charge(answer, reference)


@pytest.fixture
def provider() -> Slow:
    return Slow()


@pytest.fixture
def shop(clock: FakeClock, provider: Slow) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    shop.provider = provider
    stocked(shop, "shirt", 1_000)
    return shop


def awaiting(shop: Shop) -> str:
    order_id = ordered(shop, {"shirt": 2}, "tok_async")
    assert Saga(shop).run(order_id).ended_in == "AwaitingPayment"
    return order_id


def run(shop: Shop) -> None:
    check_open_payments({}, None, shop)


def state(shop: Shop, order_id: str) -> PaymentState:
    payment = find_payment(shop.table, order_id)
    assert payment
    return payment.state


def waiting(shop: Shop) -> int:
    """How many payments stand in the index."""
    return sum(len(shop.table.query(Query(f"PAYMENT_OPEN#{shard}", index="GSI2")).items) for shard in range(4))


def pass_by(clock: FakeClock, time: timedelta) -> None:
    clock.advance(time.total_seconds())


def test_a_payment_is_asked_about_once_its_webhook_is_overdue(shop: Shop, clock: FakeClock, provider: Slow) -> None:
    order_id = awaiting(shop)
    pass_by(clock, CHECK_AFTER - MOMENT)
    run(shop)
    assert provider.asked == []
    pass_by(clock, 2 * MOMENT)
    run(shop)
    assert provider.asked == [(f"{order_id}-1", "tok_async", f"fake_charge_{order_id}-1")]


def test_a_charge_whose_webhook_was_lost_confirms_the_order(shop: Shop, clock: FakeClock, provider: Slow) -> None:
    order_id = awaiting(shop)
    provider.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
    pass_by(clock, CHECK_AFTER + MOMENT)
    run(shop)
    (told,) = [event for event in events(shop) if event.type == "PaymentSucceeded"]
    assert told.data["resume"]
    assert told.correlation_id == order_of(shop, order_id).correlation_id
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)
    assert waiting(shop) == 1
    pass_by(clock, CHECK_AFTER + MOMENT)
    run(shop)
    assert waiting(shop) == 0


def test_late_money_of_an_order_that_no_run_looks_after_any_more_goes_back(shop: Shop, clock: FakeClock) -> None:
    """The run that the approval should have started died, or was never started."""
    order_id = awaiting(shop)
    pass_by(clock, ANSWER_WITHIN)
    run(shop)
    Saga(shop).run(order_id)
    shop.provider = FakeProvider(lambda: [shop.secrets.current("tradewind/local/fake-webhook-key").secret_string])
    send_webhook(shop, webhook_for(shop, order_id))
    assert deliver(apply_webhook, received_webhooks(shop), shop)
    assert balance(list_ledger(shop.table, order_id)).kept == 2500

    pass_by(clock, CHECK_AFTER + MOMENT)
    run(shop)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert order_of(shop, order_id).payment_status is PaymentStatus.REFUNDED
    assert waiting(shop) == 0


def test_late_money_of_an_order_that_is_still_to_be_decided_is_left_alone(
    shop: Shop, clock: FakeClock, provider: Slow
) -> None:
    order_id = awaiting(shop)
    provider.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
    for _ in range(2):
        pass_by(clock, timedelta(hours=1))
        run(shop)
    assert (state(shop, order_id), waiting(shop)) == (PaymentState.SUCCEEDED, 1)
    assert balance(list_ledger(shop.table, order_id)).kept == 2500


def test_a_refusal_whose_webhook_was_lost_cancels_the_order(shop: Shop, clock: FakeClock, provider: Slow) -> None:
    order_id = awaiting(shop)
    provider.answers[f"{order_id}-1"] = ChargeOutcome.INSUFFICIENT_FUNDS
    pass_by(clock, CHECK_AFTER + MOMENT)
    run(shop)
    Saga(shop).run(order_id)
    assert order_of(shop, order_id).cancel_reason == "InsufficientFunds"
    assert waiting(shop) == 0


@pytest.mark.parametrize(
    ("silence", "still_looked_for"), [(ChargeOutcome.AWAITING, 0), (None, 1), (ProviderTimeout, 1)]
)
def test_what_is_still_open_after_the_hold_is_given_up(
    shop: Shop,
    clock: FakeClock,
    provider: Slow,
    silence: ChargeOutcome | type[Exception] | None,
    still_looked_for: int,
) -> None:
    order_id = awaiting(shop)
    provider.answers[f"{order_id}-1"] = silence
    pass_by(clock, ANSWER_WITHIN - MOMENT)
    run(shop)
    assert state(shop, order_id) is PaymentState.AWAITING
    pass_by(clock, MOMENT)
    run(shop)
    assert state(shop, order_id) is PaymentState.FAILED
    Saga(shop).run(order_id)
    order = order_of(shop, order_id)
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, "PaymentTimeout")
    assert stock(shop, "shirt") == (1_000, 0, 0)
    assert waiting(shop) == still_looked_for


def given_up(shop: Shop, clock: FakeClock, provider: Slow, silence: ChargeOutcome | None = None) -> str:
    """An order that was cancelled because the provider never said what became of its payment."""
    order_id = awaiting(shop)
    provider.answers[f"{order_id}-1"] = silence
    pass_by(clock, ANSWER_WITHIN)
    run(shop)
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert state(shop, order_id) is PaymentState.FAILED
    return order_id


def test_a_charge_that_is_given_up_is_called_off(shop: Shop, clock: FakeClock, provider: Slow) -> None:
    order_id = given_up(shop, clock, provider, ChargeOutcome.AWAITING)
    assert provider.called_off == [(f"{order_id}-1", f"late_{order_id}-1")]
    assert (order_of(shop, order_id).cancel_reason, waiting(shop)) == ("PaymentTimeout", 0)


def test_a_charge_that_was_made_before_it_could_be_called_off_stands(
    shop: Shop, clock: FakeClock, provider: Slow
) -> None:
    order_id = awaiting(shop)
    provider.last_words[f"{order_id}-1"] = ChargeOutcome.APPROVED
    pass_by(clock, ANSWER_WITHIN)
    run(shop)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert balance(list_ledger(shop.table, order_id)).kept == 2500


@pytest.mark.parametrize("last_word", [ChargeOutcome.AWAITING, ProviderTimeout])
def test_a_charge_that_cannot_be_called_off_is_looked_for(
    shop: Shop, clock: FakeClock, provider: Slow, last_word: ChargeOutcome | type[Exception]
) -> None:
    order_id = awaiting(shop)
    provider.last_words[f"{order_id}-1"] = last_word
    pass_by(clock, ANSWER_WITHIN)
    run(shop)
    assert (state(shop, order_id), waiting(shop)) == (PaymentState.FAILED, 1)
    del provider.last_words[f"{order_id}-1"]
    pass_by(clock, RECHECK_AFTER[0])
    run(shop)
    assert (len(provider.called_off), waiting(shop)) == (2, 0)


@pytest.mark.parametrize("looks", range(1, len(RECHECK_AFTER) + 1))
def test_money_taken_after_giving_up_goes_back_though_no_webhook_tells_of_it(
    shop: Shop, clock: FakeClock, provider: Slow, looks: int
) -> None:
    order_id = given_up(shop, clock, provider)
    began = clock.now()
    for number, after in enumerate(RECHECK_AFTER[:looks], start=1):
        if number == looks:
            provider.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
        pass_by(clock, began + after - clock.now())
        run(shop)
    assert state(shop, order_id) is PaymentState.SUCCEEDED
    assert [event.data["resume"] for event in events(shop) if event.type == "PaymentSucceeded"] == [True]
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert order_of(shop, order_id).payment_status is PaymentStatus.REFUNDED


def test_what_was_given_up_is_looked_for_a_few_times_and_then_let_go(
    shop: Shop, clock: FakeClock, provider: Slow
) -> None:
    given_up(shop, clock, provider)
    provider.asked.clear()
    quarter = timedelta(minutes=15)
    for _ in range(RECHECK_AFTER[-1] // quarter - 1):
        pass_by(clock, quarter)
        run(shop)
    assert (len(provider.asked), waiting(shop)) == (len(RECHECK_AFTER) - 1, 1)
    pass_by(clock, quarter)
    run(shop)
    assert (len(provider.asked), waiting(shop)) == (len(RECHECK_AFTER), 0)


def test_a_charge_of_which_nobody_heard_is_looked_for_after_its_order_was_cancelled(
    shop: Shop, clock: FakeClock
) -> None:
    """Each question of the checkout is lost; one of them reaches the provider much later, and its webhook is lost."""

    class Deaf(Slow):
        def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:  # noqa: ARG002
            raise ProviderTimeout(key)

    shop.provider = deaf = Deaf()
    order_id = ordered(shop, {"shirt": 2})
    deaf.answers[f"{order_id}-1"] = None
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert order_of(shop, order_id).cancel_reason == "TechnicalFailure"
    assert waiting(shop) == 1

    deaf.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
    pass_by(clock, RECHECK_AFTER[0])
    run(shop)
    pass_by(clock, CHECK_AFTER)
    run(shop)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert waiting(shop) == 0


def test_the_longer_it_takes_the_less_often_it_is_asked(shop: Shop, clock: FakeClock, provider: Slow) -> None:
    awaiting(shop)
    quarter = timedelta(minutes=15)
    for _ in range(ANSWER_WITHIN // quarter):
        pass_by(clock, quarter)
        run(shop)
    assert 10 <= len(provider.asked) <= 20
    assert event_types(shop).count("PaymentFailed") == 1


def test_two_runs_at_once_ask_once(shop: Shop, clock: FakeClock, provider: Slow) -> None:
    awaiting(shop)
    pass_by(clock, CHECK_AFTER + MOMENT)
    run(shop)
    run(shop)
    assert len(provider.asked) == 1


def test_one_that_makes_trouble_holds_up_the_others_for_one_run(
    shop: Shop, clock: FakeClock, provider: Slow, capsys: pytest.CaptureFixture[str]
) -> None:
    trouble = awaiting(shop)
    others = [awaiting(shop) for _ in range(5)]
    provider.answers |= {f"{order_id}-1": ChargeOutcome.APPROVED for order_id in others}
    provider.answers[f"{trouble}-1"] = ArithmeticError
    pass_by(clock, CHECK_AFTER + MOMENT)
    with pytest.raises(ArithmeticError):
        run(shop)
    run(shop)
    assert {state(shop, order_id) for order_id in others} == {PaymentState.SUCCEEDED}
    assert "ArithmeticError" in capsys.readouterr().out


def test_a_run_is_bounded_and_the_next_goes_on(shop: Shop, clock: FakeClock, provider: Slow) -> None:
    payments = 5 * PER_SHARD
    for _ in range(payments):
        awaiting(shop)
    pass_by(clock, CHECK_AFTER + MOMENT)
    run(shop)
    assert len(provider.asked) <= OPEN_SHARDS * PER_SHARD
    for _ in range(5):
        run(shop)
    assert len({key for key, *_ in provider.asked}) == len(provider.asked) == payments


def test_a_payment_that_answers_at_once_is_never_in_the_index(shop: Shop) -> None:
    Saga(shop).run(ordered(shop, {"shirt": 1}))
    Saga(shop).run(ordered(shop, {"shirt": 1}, "tok_declined"))
    assert waiting(shop) == 0
    awaiting(shop)
    assert waiting(shop) == 1


def test_a_quiet_shop_asks_nobody(shop: Shop, provider: Slow, capsys: pytest.CaptureFixture[str]) -> None:
    run(shop)
    assert provider.asked == []
    assert '"done":0' in capsys.readouterr().out
