from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from tests.fakes import CUSTOMER_ID, UNLIMITED, FakeClock, call, customer_event, make_shop
from tests.trading import Saga, add_product, event_types, events, order_of, stock, submit_order, with_customer
from tests.unit.payments.bank import count_open
from tests.webhooks import deliver, received_webhooks, send_webhook, webhook_for

from tradewind.identity.writes import verify_email
from tradewind.ordering.change_handlers import cancel_order
from tradewind.ordering.model import OrderStatus, PaymentStatus
from tradewind.payments.consumers import apply_webhook
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.fake import FakeProvider
from tradewind.payments.jobs import PER_SHARD, check_open_payments
from tradewind.payments.model import CHECK_AFTER, RECHECK_AFTER, Balance, PaymentState, balance
from tradewind.payments.provider import Charge, ChargeOutcome
from tradewind.payments.reads import OPEN_SHARDS, find_payment, list_ledger
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.errors import ExecutionFailed

ANSWER_WITHIN = timedelta(hours=Settings().answer_hours)
MOMENT = timedelta(seconds=1)


@dataclass
class SlowProvider(FakeProvider):
    """A provider whose `answers`, by the payment's id, are there only once it is asked; it awaits the rest."""

    answers: dict[str, ChargeOutcome | type[Exception] | None] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(default_factory=list)
    outcomes_of_cancelling: dict[str, ChargeOutcome | type[Exception]] = field(default_factory=dict)

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:
        self.asked.append((key, token, reference))
        answer = self.answers.get(key, ChargeOutcome.AWAITING)
        if isinstance(answer, type):
            raise answer(key)
        return Charge(answer, f"late_{key}") if answer else None

    def cancel(self, key: str, reference: str) -> Charge:
        self.cancelled.append((key, reference))
        answer = self.outcomes_of_cancelling.get(key, ChargeOutcome.CARD_DECLINED)
        if isinstance(answer, type):
            raise answer(key)
        return Charge(answer, reference)


@pytest.fixture
def provider() -> SlowProvider:
    return SlowProvider()


@pytest.fixture
def shop(clock: FakeClock, provider: SlowProvider) -> Shop:
    shop = with_customer(make_shop(clock=clock), is_verified=True)
    shop.provider = provider
    add_product(shop, "shirt", 1_000)
    return shop


def place_awaiting_order(shop: Shop) -> str:
    order_id = submit_order(shop, {"shirt": 2}, "tok_async")
    assert Saga(shop).run(order_id).ended_in == "AwaitingPayment"
    return order_id


def check_payments(shop: Shop) -> None:
    check_open_payments({}, None, shop)


def read_state(shop: Shop, order_id: str) -> PaymentState:
    payment = find_payment(shop.table, order_id)
    assert payment
    return payment.state


def advance(clock: FakeClock, time: timedelta) -> None:
    clock.advance(time.total_seconds())


def test_payment_is_checked_once_its_webhook_is_overdue(shop: Shop, clock: FakeClock, provider: SlowProvider) -> None:
    order_id = place_awaiting_order(shop)
    advance(clock, CHECK_AFTER - MOMENT)
    check_payments(shop)
    assert provider.asked == []
    advance(clock, 2 * MOMENT)
    check_payments(shop)
    assert provider.asked == [(f"{order_id}-1", "tok_async", f"fake_charge_{order_id}-1")]


def test_charge_whose_webhook_was_lost_confirms_the_order(shop: Shop, clock: FakeClock, provider: SlowProvider) -> None:
    order_id = place_awaiting_order(shop)
    provider.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
    advance(clock, CHECK_AFTER + MOMENT)
    check_payments(shop)
    (succeeded,) = [event for event in events(shop) if event.type == "PaymentSucceeded"]
    assert succeeded.data["resume"]
    assert succeeded.correlation_id == order_of(shop, order_id).correlation_id
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)
    assert count_open(shop) == 1
    advance(clock, CHECK_AFTER + MOMENT)
    check_payments(shop)
    assert count_open(shop) == 0


def test_late_money_of_a_cancelled_order_is_refunded_when_no_run_did_it(shop: Shop, clock: FakeClock) -> None:
    """The run that the approval should have started died, or was never started."""
    order_id = place_awaiting_order(shop)
    advance(clock, ANSWER_WITHIN)
    check_payments(shop)
    Saga(shop).run(order_id)
    shop.provider = FakeProvider(lambda: [shop.secrets.current("tradewind/local/fake-webhook-key").secret_string])
    send_webhook(shop, webhook_for(shop, order_id))
    assert deliver(apply_webhook, received_webhooks(shop), shop)
    assert balance(list_ledger(shop.table, order_id)).kept == 2500

    advance(clock, CHECK_AFTER + MOMENT)
    check_payments(shop)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert order_of(shop, order_id).payment_status is PaymentStatus.REFUNDED
    assert count_open(shop) == 0


def test_late_money_of_a_pending_order_is_left_alone(shop: Shop, clock: FakeClock, provider: SlowProvider) -> None:
    order_id = place_awaiting_order(shop)
    provider.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
    for _ in range(2):
        advance(clock, timedelta(hours=1))
        check_payments(shop)
    assert (read_state(shop, order_id), count_open(shop)) == (PaymentState.SUCCEEDED, 1)
    assert balance(list_ledger(shop.table, order_id)).kept == 2500


def test_refusal_whose_webhook_was_lost_cancels_the_order(shop: Shop, clock: FakeClock, provider: SlowProvider) -> None:
    order_id = place_awaiting_order(shop)
    provider.answers[f"{order_id}-1"] = ChargeOutcome.INSUFFICIENT_FUNDS
    advance(clock, CHECK_AFTER + MOMENT)
    check_payments(shop)
    Saga(shop).run(order_id)
    assert order_of(shop, order_id).cancel_reason == "InsufficientFunds"
    assert count_open(shop) == 0


@pytest.mark.parametrize(("answer", "still_open"), [(ChargeOutcome.AWAITING, 0), (None, 1), (ProviderTimeout, 1)])
def test_payment_that_is_open_after_the_hold_is_abandoned(
    shop: Shop,
    clock: FakeClock,
    provider: SlowProvider,
    answer: ChargeOutcome | type[Exception] | None,
    still_open: int,
) -> None:
    order_id = place_awaiting_order(shop)
    provider.answers[f"{order_id}-1"] = answer
    advance(clock, ANSWER_WITHIN - MOMENT)
    check_payments(shop)
    assert read_state(shop, order_id) is PaymentState.AWAITING
    advance(clock, MOMENT)
    check_payments(shop)
    assert read_state(shop, order_id) is PaymentState.FAILED
    Saga(shop).run(order_id)
    order = order_of(shop, order_id)
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, "PaymentTimeout")
    assert stock(shop, "shirt") == (1_000, 0, 0)
    assert count_open(shop) == still_open


@pytest.mark.parametrize(("is_verified", "hours"), [(True, 24), (False, 2)])
def test_settings_say_how_long_a_payment_may_take(
    clock: FakeClock, provider: SlowProvider, *, is_verified: bool, hours: int
) -> None:
    settings = Settings(answer_hours=24, unverified_answer_hours=2)
    shop = with_customer(make_shop(clock=clock, settings=settings), is_verified=is_verified)
    shop.provider = provider
    add_product(shop, "shirt", 2)
    order_id = place_awaiting_order(shop)
    advance(clock, timedelta(hours=hours) - MOMENT)
    check_payments(shop)
    assert read_state(shop, order_id) is PaymentState.AWAITING
    advance(clock, MOMENT)
    check_payments(shop)
    assert read_state(shop, order_id) is PaymentState.FAILED
    Saga(shop).run(order_id)
    assert stock(shop, "shirt") == (2, 0, 0)


def test_payment_of_who_verifies_meanwhile_may_take_the_full_time(clock: FakeClock, provider: SlowProvider) -> None:
    shop = with_customer(make_shop(clock=clock))
    shop.provider = provider
    add_product(shop, "shirt", 2)
    order_id = place_awaiting_order(shop)
    shop.table.write(verify_email(CUSTOMER_ID, clock.now()))
    advance(clock, timedelta(hours=shop.settings.unverified_answer_hours))
    check_payments(shop)
    assert read_state(shop, order_id) is PaymentState.AWAITING


def place_abandoned_order(
    shop: Shop, clock: FakeClock, provider: SlowProvider, answer: ChargeOutcome | None = None
) -> str:
    """An order that was cancelled because the provider never answered."""
    order_id = place_awaiting_order(shop)
    provider.answers[f"{order_id}-1"] = answer
    advance(clock, ANSWER_WITHIN)
    check_payments(shop)
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert read_state(shop, order_id) is PaymentState.FAILED
    return order_id


def test_charge_of_an_abandoned_payment_is_cancelled_at_the_provider(
    shop: Shop, clock: FakeClock, provider: SlowProvider
) -> None:
    order_id = place_abandoned_order(shop, clock, provider, ChargeOutcome.AWAITING)
    assert provider.cancelled == [(f"{order_id}-1", f"late_{order_id}-1")]
    assert (order_of(shop, order_id).cancel_reason, count_open(shop)) == ("PaymentTimeout", 0)


def test_charge_that_was_made_before_it_could_be_cancelled_stands(
    shop: Shop, clock: FakeClock, provider: SlowProvider
) -> None:
    order_id = place_awaiting_order(shop)
    provider.outcomes_of_cancelling[f"{order_id}-1"] = ChargeOutcome.APPROVED
    advance(clock, ANSWER_WITHIN)
    check_payments(shop)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert balance(list_ledger(shop.table, order_id)).kept == 2500


@pytest.mark.parametrize("outcome", [ChargeOutcome.AWAITING, ProviderTimeout])
def test_charge_that_cannot_be_cancelled_is_checked_again(
    shop: Shop, clock: FakeClock, provider: SlowProvider, outcome: ChargeOutcome | type[Exception]
) -> None:
    order_id = place_awaiting_order(shop)
    provider.outcomes_of_cancelling[f"{order_id}-1"] = outcome
    advance(clock, ANSWER_WITHIN)
    check_payments(shop)
    assert (read_state(shop, order_id), count_open(shop)) == (PaymentState.FAILED, 1)
    del provider.outcomes_of_cancelling[f"{order_id}-1"]
    advance(clock, RECHECK_AFTER[0])
    check_payments(shop)
    assert (len(provider.cancelled), count_open(shop)) == (2, 0)


@pytest.mark.parametrize("checks", range(1, len(RECHECK_AFTER) + 1))
def test_charge_made_after_abandoning_is_refunded_without_a_webhook(
    shop: Shop, clock: FakeClock, provider: SlowProvider, checks: int
) -> None:
    order_id = place_abandoned_order(shop, clock, provider)
    abandoned_at = clock.now()
    for number, after in enumerate(RECHECK_AFTER[:checks], start=1):
        if number == checks:
            provider.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
        advance(clock, abandoned_at + after - clock.now())
        check_payments(shop)
    assert read_state(shop, order_id) is PaymentState.SUCCEEDED
    assert [event.data["resume"] for event in events(shop) if event.type == "PaymentSucceeded"] == [True]
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert order_of(shop, order_id).payment_status is PaymentStatus.REFUNDED


def test_abandoned_payment_is_checked_a_few_times_and_then_closed(
    shop: Shop, clock: FakeClock, provider: SlowProvider
) -> None:
    place_abandoned_order(shop, clock, provider)
    provider.asked.clear()
    quarter = timedelta(minutes=15)
    for _ in range(RECHECK_AFTER[-1] // quarter - 1):
        advance(clock, quarter)
        check_payments(shop)
    assert (len(provider.asked), count_open(shop)) == (len(RECHECK_AFTER) - 1, 1)
    advance(clock, quarter)
    check_payments(shop)
    assert (len(provider.asked), count_open(shop)) == (len(RECHECK_AFTER), 0)


def test_charge_that_was_not_known_is_checked_after_its_order_was_cancelled(shop: Shop, clock: FakeClock) -> None:
    """Each request of the checkout is lost, its customer cancels it; one request reaches the provider much later."""

    class Unreachable(SlowProvider):
        def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:  # noqa: ARG002
            raise ProviderTimeout(key)

    shop.provider = unreachable = Unreachable()
    order_id = submit_order(shop, {"shirt": 2})
    unreachable.answers[f"{order_id}-1"] = None
    with pytest.raises(ExecutionFailed, match="ProviderTimeout"):
        Saga(shop).run(order_id)
    call(cancel_order, customer_event(path={"orderId": order_id}), shop)
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert count_open(shop) == 1

    unreachable.answers[f"{order_id}-1"] = ChargeOutcome.APPROVED
    advance(clock, RECHECK_AFTER[0])
    check_payments(shop)
    advance(clock, CHECK_AFTER)
    check_payments(shop)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert count_open(shop) == 0


def test_payment_is_checked_less_often_the_longer_it_takes(
    shop: Shop, clock: FakeClock, provider: SlowProvider
) -> None:
    place_awaiting_order(shop)
    quarter = timedelta(minutes=15)
    for _ in range(ANSWER_WITHIN // quarter):
        advance(clock, quarter)
        check_payments(shop)
    assert 10 <= len(provider.asked) <= 20
    assert event_types(shop).count("PaymentFailed") == 1


def test_two_runs_at_once_check_a_payment_once(shop: Shop, clock: FakeClock, provider: SlowProvider) -> None:
    place_awaiting_order(shop)
    advance(clock, CHECK_AFTER + MOMENT)
    check_payments(shop)
    check_payments(shop)
    assert len(provider.asked) == 1


def test_payment_that_fails_holds_up_the_others_for_one_run(
    shop: Shop, clock: FakeClock, provider: SlowProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = place_awaiting_order(shop)
    working = [place_awaiting_order(shop) for _ in range(5)]
    provider.answers |= {f"{order_id}-1": ChargeOutcome.APPROVED for order_id in working}
    provider.answers[f"{failing}-1"] = ArithmeticError
    advance(clock, CHECK_AFTER + MOMENT)
    with pytest.raises(ArithmeticError):
        check_payments(shop)
    check_payments(shop)
    assert {read_state(shop, order_id) for order_id in working} == {PaymentState.SUCCEEDED}
    assert "ArithmeticError" in capsys.readouterr().out


def test_run_is_bounded_and_the_next_continues(shop: Shop, clock: FakeClock, provider: SlowProvider) -> None:
    shop.settings = UNLIMITED
    payments = 5 * PER_SHARD
    for _ in range(payments):
        place_awaiting_order(shop)
    advance(clock, CHECK_AFTER + MOMENT)
    check_payments(shop)
    assert len(provider.asked) <= OPEN_SHARDS * PER_SHARD
    for _ in range(5):
        check_payments(shop)
    assert len({key for key, *_ in provider.asked}) == len(provider.asked) == payments


def test_payment_that_is_answered_at_once_is_never_open(shop: Shop) -> None:
    Saga(shop).run(submit_order(shop, {"shirt": 1}))
    Saga(shop).run(submit_order(shop, {"shirt": 1}, "tok_declined"))
    assert count_open(shop) == 0
    place_awaiting_order(shop)
    assert count_open(shop) == 1


def test_no_provider_is_asked_when_nothing_is_due(
    shop: Shop, provider: SlowProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    check_payments(shop)
    assert provider.asked == []
    assert '"done":0' in capsys.readouterr().out
