from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, event_types, events, order_of, ordered, stock, stocked, with_customer
from tests.webhooks import deliver, received_webhooks, send_webhook, webhook_for

from tradewind.aws.table import Update, Write
from tradewind.ordering import store as orders
from tradewind.ordering.aftersales import cancel_order, refund_order
from tradewind.ordering.model import OrderStatus, PaymentStatus
from tradewind.payments.consumers import apply_webhook
from tradewind.payments.fake import FakeProvider, charge_reference
from tradewind.payments.model import Balance, Payment, PaymentState, balance
from tradewind.payments.provider import Charge, ChargeOutcome
from tradewind.payments.reads import find_payment, list_ledger
from tradewind.payments.refunds import RefundRequest, refund_amount
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

KINDS = ("charge.succeeded", "charge.failed", "refund.succeeded")


class Racing(MemoryTable):
    """A table in which somebody writes `meanwhile` just before the next transaction."""

    meanwhile: Update | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        if self.meanwhile:
            hasty, self.meanwhile = self.meanwhile, None
            self.write(hasty)
        super().transact(writes)


@pytest.fixture
def table() -> Racing:
    return Racing()


@pytest.fixture
def shop(table: Racing) -> Shop:
    shop = with_customer(make_shop(table=table, clock=FakeClock()))
    stocked(shop, "shirt", 10)
    return shop


@pytest.fixture
def order_id(shop: Shop) -> str:
    return awaiting(shop)


class Hasty(FakeProvider):
    """Tells of a charge before it has answered who asked for it."""

    def __init__(self, shop: Shop, order_id: str) -> None:
        super().__init__(lambda: [shop.secrets.current("tradewind/local/fake-webhook-key").secret_string])
        self._told: Callable[[], bool] = lambda: hear(shop, order_id, "charge.succeeded")

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        assert self._told()
        return super().charge(key, amount_minor, currency, token)


def awaiting(shop: Shop) -> str:
    """An order whose payment method answers later."""
    order_id = ordered(shop, {"shirt": 2}, "tok_async")
    assert Saga(shop).run(order_id).ended_in == "AwaitingPayment"
    return order_id


def hear(shop: Shop, order_id: str, kind: str, **fields: Any) -> bool:  # noqa: ANN401 - JSON
    """The provider tells, and the consumer hears all that was ever told."""
    send_webhook(shop, webhook_for(shop, order_id, kind, **fields))
    return deliver(apply_webhook, received_webhooks(shop)[-1:], shop)


def payment(shop: Shop, order_id: str) -> Payment:
    found = find_payment(shop.table, order_id)
    assert found
    return found


def resumptions(shop: Shop) -> list[str]:
    """The events that start the saga again, as the rule `payment-resume` picks them."""
    return [event.type for event in events(shop) if event.data.get("resume") and event.type.startswith("Payment")]


def test_a_late_approval_confirms_the_order(shop: Shop, order_id: str) -> None:
    assert hear(shop, order_id, "charge.succeeded")
    assert resumptions(shop) == ["PaymentSucceeded"]
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    order = order_of(shop, order_id)
    assert (order.status, order.payment_status) == (OrderStatus.PROCESSING, PaymentStatus.PAID)
    assert stock(shop, "shirt") == (8, 0, 2)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)


@pytest.mark.parametrize("reason", ["CardDeclined", "InsufficientFunds"])
def test_a_late_refusal_cancels_the_order_and_says_why(shop: Shop, order_id: str, reason: str) -> None:
    assert hear(shop, order_id, "charge.failed", reason=ChargeOutcome(reason))
    assert resumptions(shop) == ["PaymentFailed"]
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    order = order_of(shop, order_id)
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, reason)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert list_ledger(shop.table, order_id) == []


def test_an_event_that_resumes_has_what_the_saga_begins_with(shop: Shop, order_id: str) -> None:
    hear(shop, order_id, "charge.succeeded")
    (told,) = [event for event in events(shop) if event.type == "PaymentSucceeded"]
    assert (told.data["orderId"], told.data["customerId"]) == (order_id, CUSTOMER_ID)
    assert told.correlation_id


def test_money_for_an_order_that_was_cancelled_meanwhile_goes_back(shop: Shop, order_id: str) -> None:
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    Saga(shop).run(order_id)
    assert payment(shop, order_id).state is PaymentState.FAILED
    assert hear(shop, order_id, "charge.succeeded")
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert payment(shop, order_id).state is PaymentState.REFUNDED
    assert order_of(shop, order_id).payment_status is PaymentStatus.REFUNDED
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert stock(shop, "shirt") == (10, 0, 0)


def test_an_approval_after_a_refusal_is_money_that_goes_back(shop: Shop, order_id: str) -> None:
    hear(shop, order_id, "charge.failed")
    Saga(shop).run(order_id)
    hear(shop, order_id, "charge.succeeded")
    Saga(shop).run(order_id)
    assert order_of(shop, order_id).status is OrderStatus.CANCELLED
    assert balance(list_ledger(shop.table, order_id)).kept == 0
    assert payment(shop, order_id).failure is None


def test_a_refusal_after_an_approval_is_too_late(shop: Shop, order_id: str) -> None:
    hear(shop, order_id, "charge.succeeded")
    assert hear(shop, order_id, "charge.failed")
    assert payment(shop, order_id).state is PaymentState.SUCCEEDED
    assert resumptions(shop) == ["PaymentSucceeded"]


def test_a_webhook_that_is_faster_than_the_charges_own_answer_counts_once(shop: Shop) -> None:
    """The provider tells before the step has recorded what it was answered."""
    order_id = ordered(shop, {"shirt": 2})

    shop.provider = Hasty(shop, order_id)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert event_types(shop).count("PaymentSucceeded") == 1
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"


def test_a_refund_is_entered_once_whoever_tells_of_it_first(shop: Shop) -> None:
    order_id = ordered(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    hear(shop, order_id, "refund.succeeded", reference="fake_refund_R1", refund_id="R1", amount_minor=1000)
    wanted = RefundRequest(order_id, "R1", 1000, "broken")
    refund_amount(wanted, "request-1", shop)
    refund_amount(wanted, "request-1", shop)
    assert hear(shop, order_id, "refund.succeeded", reference="fake_refund_R1", refund_id="R1", amount_minor=1000)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=1000)
    assert event_types(shop).count("RefundIssued") == 1


@pytest.fixture
def paid(shop: Shop) -> str:
    """An order of 25.00 that is paid and confirmed."""
    order_id = ordered(shop, {"shirt": 2})
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    return order_id


def given_back(shop: Shop, order_id: str, amount_minor: int, reference: str = "re_by_hand") -> bool:
    """A refund that was made at the provider itself: its webhook names the charge alone."""
    of_charge = {"payment_id": "", "charge_reference": charge_reference(f"{order_id}-1")}
    return hear(shop, order_id, "refund.succeeded", reference=reference, amount_minor=amount_minor, **of_charge)


def test_a_refund_made_at_the_provider_is_entered_counted_and_told_once(shop: Shop, paid: str) -> None:
    send_webhook(shop, webhook_for(shop, paid, "refund.succeeded", payment_id="", charge_reference="of another shop"))
    assert deliver(apply_webhook, received_webhooks(shop), shop)
    assert given_back(shop, paid, 1000)
    assert given_back(shop, paid, 1000)
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=1000)
    order = order_of(shop, paid)
    assert (order.refunded_minor, order.payment_status) == (1000, PaymentStatus.PARTIALLY_REFUNDED)
    (told,) = [event for event in events(shop) if event.type == "RefundIssued"]
    assert (told.data["refundId"], told.data["amountMinor"]) == ("re_by_hand", 1000)


def test_what_was_given_back_at_the_provider_is_not_given_back_again(shop: Shop, paid: str) -> None:
    given_back(shop, paid, 1000)
    body = {"reason": "all of it"}
    status, refund = call(refund_order, admin_event(body, path={"orderId": paid}), shop)
    assert (status, refund["amount"]) == (201, 15)

    other = ordered(shop, {"shirt": 2})
    Saga(shop).run(other)
    given_back(shop, other, 1000, "re_2")
    assert call(cancel_order, customer_event(path={"orderId": other}), shop)[0] == 200
    Saga(shop).run(other)
    assert balance(list_ledger(shop.table, other)) == Balance(charged=2500, refunded=2500)


def test_all_of_an_order_can_be_given_back_at_the_provider(shop: Shop, paid: str) -> None:
    assert given_back(shop, paid, 1000)
    assert given_back(shop, paid, 1500, "re_2")
    assert order_of(shop, paid).payment_status is PaymentStatus.REFUNDED
    assert balance(list_ledger(shop.table, paid)).kept == 0
    assert deliver(apply_webhook, received_webhooks(shop), shop), "told again, it is known"
    assert balance(list_ledger(shop.table, paid)).kept == 0


def test_what_went_back_with_a_cancellation_cannot_go_back_again(shop: Shop, paid: str) -> None:
    given_back(shop, paid, 1000)
    call(cancel_order, customer_event(path={"orderId": paid}), shop)
    Saga(shop).run(paid)
    assert deliver(apply_webhook, received_webhooks(shop), shop), "told again, it is known"
    assert not given_back(shop, paid, 1000, "re_2")
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=2500)


def test_more_than_is_left_is_left_for_a_person(shop: Shop, paid: str) -> None:
    assert given_back(shop, paid, 2000)
    assert not given_back(shop, paid, 1000, "re_2")
    assert balance(list_ledger(shop.table, paid)).refunded == 2000


def test_a_refund_that_overtakes_its_charge_comes_again(shop: Shop, order_id: str) -> None:
    assert not given_back(shop, order_id, 1000)
    hear(shop, order_id, "charge.succeeded")
    assert deliver(apply_webhook, received_webhooks(shop)[:1], shop)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=1000)


def test_a_refund_of_an_order_that_changes_meanwhile_comes_again(shop: Shop, table: Racing, paid: str) -> None:
    of_charge = {"payment_id": "", "charge_reference": charge_reference(f"{paid}-1")}
    send_webhook(shop, webhook_for(shop, paid, "refund.succeeded", amount_minor=1000, **of_charge))
    table.meanwhile = Update(orders.key(CUSTOMER_ID, paid), add={"version": 1})
    assert not deliver(apply_webhook, received_webhooks(shop), shop)
    assert deliver(apply_webhook, received_webhooks(shop), shop)
    assert order_of(shop, paid).refunded_minor == 1000


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_minor": 2499},
        {"currency": "EUR"},
        {"payment_id": "01KAJ0RDER0000000000000009-1"},
        {"payment_id": "01KAJ0RDER0000000000000009-1", "type": "charge.failed"},
        {"type": "refund.succeeded", "amount_minor": 2501},
        {"type": "refund.succeeded", "amount_minor": 0},
    ],
)
def test_a_webhook_that_does_not_fit_is_left_for_a_person(shop: Shop, order_id: str, fields: dict[str, object]) -> None:
    assert not hear(shop, order_id, str(fields.pop("type", "charge.succeeded")), **fields)
    assert payment(shop, order_id).state is PaymentState.AWAITING
    assert list_ledger(shop.table, order_id) == []


def test_a_second_charge_of_the_same_payment_is_left_for_a_person(shop: Shop, order_id: str) -> None:
    hear(shop, order_id, "charge.succeeded")
    assert not hear(shop, order_id, "charge.succeeded", reference="another charge")


@settings(max_examples=60)
@given(st.data())
def test_any_order_and_repetition_of_webhooks_comes_to_the_same_money(data: st.DataObject) -> None:
    """Whatever is told, in whatever order, with the saga running in between: no money is kept without an order."""
    shop = with_customer(make_shop(clock=FakeClock()))
    stocked(shop, "shirt", 10)
    order_id = awaiting(shop)
    told = data.draw(st.lists(st.sampled_from(KINDS[:2]), min_size=1, max_size=4), "told")
    for kind in told:
        send_webhook(shop, webhook_for(shop, order_id, kind))
    heard = data.draw(st.permutations(list(chain(received_webhooks(shop), received_webhooks(shop)))), "heard")
    runs = data.draw(st.lists(st.booleans(), min_size=len(heard), max_size=len(heard)), "runs")
    for batch, runs_now in zip(heard, runs, strict=True):
        assert deliver(apply_webhook, [batch], shop)
        if runs_now:
            Saga(shop).run(order_id)
    Saga(shop).run(order_id)
    _settled_alike(shop, order_id, approved="charge.succeeded" in told)


def _settled_alike(shop: Shop, order_id: str, *, approved: bool) -> None:
    order, money = order_of(shop, order_id), balance(list_ledger(shop.table, order_id))
    is_confirmed = order.status is OrderStatus.PROCESSING
    assert order.status is not OrderStatus.PENDING
    assert is_confirmed <= approved
    assert money.charged == (2500 if approved else 0)
    assert money.kept == (2500 if is_confirmed else 0)
    assert stock(shop, "shirt") == ((8, 0, 2) if is_confirmed else (10, 0, 0))


@settings(max_examples=60)
@given(st.permutations([*KINDS, *KINDS]))
def test_webhooks_alone_converge_to_one_payment_and_one_ledger(kinds: list[str]) -> None:
    shop = with_customer(make_shop(clock=FakeClock()))
    stocked(shop, "shirt", 10)
    order_id = awaiting(shop)
    for kind in kinds:
        reference = {"reference": "re_1", "refund_id": "R1", "amount_minor": 500} if kind == "refund.succeeded" else {}
        assert hear(shop, order_id, kind, **reference)
    assert payment(shop, order_id).state is PaymentState.SUCCEEDED
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=500)
