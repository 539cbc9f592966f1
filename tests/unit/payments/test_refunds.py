from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, add_product, event_types, events, order_of, submit_order, with_customer
from tests.unit.payments.bank import (
    PAYMENT_ID,
    Bank,
    charge,
    count_open,
    insert_cancelled_order,
    read_balance,
    read_payment,
    refund,
)

from tradewind.ordering.change_handlers import cancel_order, refund_order
from tradewind.ordering.model import OrderStatus, PaymentStatus, Refund, RefundState
from tradewind.ordering.public import REFUND_SHARDS, list_due_refunds, list_refunds
from tradewind.payments import jobs
from tradewind.payments.consumers import issue_refund
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.jobs import check_open_payments
from tradewind.payments.model import CANCELLED, Balance, PaymentState, balance
from tradewind.payments.provider import NOT_ENOUGH_LEFT, Charge, ChargeOutcome, RefundAnswer
from tradewind.payments.reads import find_payment, list_ledger
from tradewind.payments.refunds import fail
from tradewind.shop import Shop

A_DAY_AND_AN_HOUR, FORTY_DAYS = timedelta(hours=25), timedelta(days=40)
REST_ID = f"{PAYMENT_ID}-refund-1"


@pytest.fixture
def bank(clock: FakeClock) -> Bank:
    return Bank(clock=clock)


@pytest.fixture
def shop(clock: FakeClock, bank: Bank) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    shop.provider = bank
    insert_cancelled_order(shop)
    add_product(shop, "shirt", 10)
    return shop


@pytest.fixture
def paid(shop: Shop) -> str:
    """An order of two shirts, 25.00, that is paid and confirmed."""
    order_id = submit_order(shop, {"shirt": 2}, "tok")
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    return order_id


def request_refund(shop: Shop, order_id: str, **wanted: Any) -> str:  # noqa: ANN401 - JSON
    """An administrator decides a refund; its id."""
    body = {"reason": "broken", **wanted}
    status, answer = call(refund_order, admin_event(body, path={"orderId": order_id}), shop)
    assert status == 201, answer
    refund_id: str = answer["refundId"]
    return refund_id


def deliver_requests(shop: Shop) -> list[object]:
    """The refund queue delivers every RefundRequested, first or again; what came of each."""
    return [issue_refund.handle(event, shop) for event in events(shop) if event.type == "RefundRequested"]


def read_refund(shop: Shop, order_id: str) -> Refund:
    (found,) = list_refunds(shop.table, order_id)
    return found


def kept(shop: Shop, order_id: str) -> int:
    return balance(list_ledger(shop.table, order_id)).kept


def cancel(shop: Shop, order_id: str) -> None:
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200


@pytest.mark.parametrize("after", [timedelta(0), A_DAY_AND_AN_HOUR, FORTY_DAYS])
def test_refund_is_made_once_however_late_its_event_comes_again(
    shop: Shop, bank: Bank, clock: FakeClock, paid: str, after: timedelta
) -> None:
    refund_id = request_refund(shop, paid, amount=10)
    assert deliver_requests(shop) == ["issued"]
    clock.advance(after.total_seconds())
    assert deliver_requests(shop) == ["issued"]
    assert bank.refunds == {refund_id: 1000}
    assert kept(shop, paid) == 1500
    assert event_types(shop).count("RefundIssued") == 1


@pytest.mark.parametrize("after", [timedelta(0), A_DAY_AND_AN_HOUR, FORTY_DAYS])
def test_refund_whose_answer_was_lost_is_made_once_however_late_it_is_tried_again(
    shop: Shop, bank: Bank, clock: FakeClock, paid: str, after: timedelta
) -> None:
    """The provider has forgotten the key, and is asked for the refund itself."""
    refund_id = request_refund(shop, paid, amount=10)
    bank.lost_refund_answers = 1
    with pytest.raises(ProviderTimeout):
        deliver_requests(shop)
    clock.advance(after.total_seconds())
    assert deliver_requests(shop) == ["issued"]
    assert bank.refunds == {refund_id: 1000}
    assert kept(shop, paid) == 1500


@pytest.mark.parametrize("after", [timedelta(0), A_DAY_AND_AN_HOUR, FORTY_DAYS])
def test_full_refund_whose_answer_was_lost_is_made_once_however_late_the_saga_runs_again(
    shop: Shop, bank: Bank, clock: FakeClock, after: timedelta
) -> None:
    charge(shop)
    bank.lost_refund_answers = 1
    with pytest.raises(ProviderTimeout):
        refund(shop)
    clock.advance(after.total_seconds())
    assert refund(shop)
    assert bank.refunds == {REST_ID: 2500}
    assert read_balance(shop) == Balance(charged=2500, refunded=2500)


def test_young_refund_is_not_looked_up(shop: Shop, bank: Bank, paid: str) -> None:
    class Unlisted(Bank):
        def find_refund(self, key: str, charge_reference: str) -> RefundAnswer | None:
            raise AssertionError(key, charge_reference)

    shop.provider = Unlisted(clock=bank.clock, charges=bank.charges)
    request_refund(shop, paid, amount=10)
    assert deliver_requests(shop) == ["issued"]


def test_refund_whose_event_was_lost_is_issued_by_the_job(shop: Shop, bank: Bank, clock: FakeClock, paid: str) -> None:
    refund_id = request_refund(shop, paid, amount=10)
    check_open_payments({}, None, shop)
    assert bank.refunds == {}
    clock.advance(601)
    check_open_payments({}, None, shop)
    assert bank.refunds == {refund_id: 1000}
    assert read_refund(shop, paid).state is RefundState.ISSUED
    check_open_payments({}, None, shop)
    assert bank.asked == [refund_id]


def test_refund_that_another_run_is_issuing_does_not_ring(
    shop: Shop, clock: FakeClock, paid: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its event came to nobody for hours, and two jobs start at the same moment."""
    request_refund(shop, paid, amount=10)
    clock.advance(2 * 3600)
    due = [item for shard in range(REFUND_SHARDS) for item in list_due_refunds(shop.table, shard, clock.now(), 9)]
    check_open_payments({}, None, shop)
    monkeypatch.setattr(jobs, "list_due_refunds", lambda _table, shard, *_: due if shard == 0 else [])
    check_open_payments({}, None, shop)
    assert "RefundStuck" not in capsys.readouterr().out


def test_refund_that_cannot_be_issued_for_an_hour_rings(
    shop: Shop, bank: Bank, clock: FakeClock, paid: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refund_id = request_refund(shop, paid, amount=10)
    bank.lost_refund_answers = 99
    for _ in range(4):
        clock.advance(1_000)
        check_open_payments({}, None, shop)
    lines = capsys.readouterr().out.splitlines()
    assert '"RefundStuck":1' in lines[-1]
    assert refund_id in lines[-1]
    assert not any("RefundStuck" in line for line in lines[-4:-1])
    assert bank.refunds == {refund_id: 1000}


def test_refusal_that_arrives_after_the_refund_was_issued_does_not_undo_it(shop: Shop, paid: str) -> None:
    """The bank refused it while the charge was disputed; another run has issued it since, and this one was slow."""
    request_refund(shop, paid, amount=5)
    requested = read_refund(shop, paid)
    deliver_requests(shop)
    assert fail(requested, "disputed", shop) is RefundState.ISSUED
    assert (read_refund(shop, paid).state, order_of(shop, paid).refunded_minor, kept(shop, paid)) == (
        RefundState.ISSUED,
        500,
        2000,
    )
    assert "RefundFailed" not in event_types(shop)


def test_refund_of_more_than_is_kept_fails_and_can_be_decided_anew(shop: Shop, bank: Bank, paid: str) -> None:
    """Somebody refunded at the provider meanwhile, whose webhook has not come."""
    bank.refund_by_hand(1600)
    request_refund(shop, paid, amount=10)
    assert deliver_requests(shop) == ["failed"]
    assert read_refund(shop, paid).failure == NOT_ENOUGH_LEFT
    order = order_of(shop, paid)
    assert (order.refunded_minor, order.payment_status) == (0, PaymentStatus.PAID)
    assert event_types(shop).count("RefundFailed") == 1
    assert "RefundIssued" not in event_types(shop)
    request_refund(shop, paid, amount=9)
    assert deliver_requests(shop) == ["failed", "issued"]
    assert order_of(shop, paid).payment_status is PaymentStatus.PARTIALLY_REFUNDED


def test_rest_of_a_cancelled_order_is_what_partial_refunds_left(shop: Shop, bank: Bank, paid: str) -> None:
    refund_id = request_refund(shop, paid, amount=10)
    cancel(shop, paid)
    Saga(shop).run(paid)
    deliver_requests(shop)
    assert bank.refunds == {refund_id: 1000, f"{paid}-1-refund-1": 1500}
    assert kept(shop, paid) == 0
    order = order_of(shop, paid)
    assert (order.status, order.refunded_minor) == (OrderStatus.CANCELLED, 2500)
    payment = find_payment(shop.table, paid)
    assert payment
    assert payment.state is PaymentState.REFUNDED


def test_cancelled_order_is_announced_as_settled_once(shop: Shop, paid: str) -> None:
    cancel(shop, paid)
    for _ in range(2):
        assert Saga(shop).run(paid).ended_in == "OrderCancelled"
    assert event_types(shop).count("OrderSettled") == 1


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
    assert bank.refunds == {REST_ID: 2500}
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
    assert bank.refunds == {REST_ID: 2500}
