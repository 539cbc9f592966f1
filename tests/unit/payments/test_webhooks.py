from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, add_product, event_types, events, order_of, stock, submit_order, with_customer
from tests.webhooks import deliver, received_webhooks, send_webhook, webhook_for

from tradewind.aws.table import Update, Write
from tradewind.ordering.change_handlers import cancel_order, refund_order
from tradewind.ordering.model import OrderStatus, PaymentStatus, RefundState
from tradewind.ordering.public import is_unsettled, list_refunds, read_order_partition
from tradewind.ordering.reads import order_key
from tradewind.payments.consumers import apply_webhook, issue_refund
from tradewind.payments.fake import FakeProvider, charge_reference
from tradewind.payments.model import Balance, DisputeStanding, DisputeState, Payment, PaymentState, balance
from tradewind.payments.provider import NOT_ENOUGH_LEFT, Charge, ChargeOutcome, RefundAnswer
from tradewind.payments.reads import find_payment, list_ledger
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

KINDS = ("charge.succeeded", "charge.failed", "refund.succeeded")


class Racing(MemoryTable):
    """A table in which another run writes `meanwhile` just before the next transaction."""

    meanwhile: Update | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        if self.meanwhile:
            write, self.meanwhile = self.meanwhile, None
            self.write(write)
        super().transact(writes)


@pytest.fixture
def table() -> Racing:
    return Racing()


@pytest.fixture
def shop(table: Racing) -> Shop:
    shop = with_customer(make_shop(table=table, clock=FakeClock()))
    add_product(shop, "shirt", 10)
    return shop


@pytest.fixture
def order_id(shop: Shop) -> str:
    return place_awaiting_order(shop)


class WebhookFirst(FakeProvider):
    """A provider whose webhook arrives before its answer."""

    def __init__(self, shop: Shop, order_id: str) -> None:
        super().__init__(lambda: [shop.secrets.current("tradewind/local/fake-webhook-key").secret_string])
        self._send: Callable[[], bool] = lambda: deliver_webhook(shop, order_id, "charge.succeeded")

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        assert self._send()
        return super().charge(key, amount_minor, currency, token)


def place_awaiting_order(shop: Shop) -> str:
    """An order whose payment method answers later."""
    order_id = submit_order(shop, {"shirt": 2}, "tok_async")
    assert Saga(shop).run(order_id).ended_in == "AwaitingPayment"
    return order_id


def deliver_webhook(shop: Shop, order_id: str, kind: str, **fields: Any) -> bool:  # noqa: ANN401 - JSON
    """The provider sends a webhook, and the consumer receives it."""
    send_webhook(shop, webhook_for(shop, order_id, kind, **fields))
    return deliver(apply_webhook, received_webhooks(shop)[-1:], shop)


def read_payment(shop: Shop, order_id: str) -> Payment:
    found = find_payment(shop.table, order_id)
    assert found
    return found


def resuming_events(shop: Shop) -> list[str]:
    """The types of the events that start the saga again, as the rule `payment-resume` selects them."""
    return [event.type for event in events(shop) if event.data.get("resume") and event.type.startswith("Payment")]


def test_late_approval_confirms_the_order(shop: Shop, order_id: str) -> None:
    assert deliver_webhook(shop, order_id, "charge.succeeded")
    assert resuming_events(shop) == ["PaymentSucceeded"]
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    order = order_of(shop, order_id)
    assert (order.status, order.payment_status) == (OrderStatus.PROCESSING, PaymentStatus.PAID)
    assert stock(shop, "shirt") == (8, 0, 2)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)


@pytest.mark.parametrize("reason", ["CardDeclined", "InsufficientFunds"])
def test_late_refusal_cancels_the_order_with_its_reason(shop: Shop, order_id: str, reason: str) -> None:
    assert deliver_webhook(shop, order_id, "charge.failed", reason=ChargeOutcome(reason))
    assert resuming_events(shop) == ["PaymentFailed"]
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    order = order_of(shop, order_id)
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, reason)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert list_ledger(shop.table, order_id) == []


def test_resuming_event_carries_what_the_saga_starts_with(shop: Shop, order_id: str) -> None:
    deliver_webhook(shop, order_id, "charge.succeeded")
    (issued,) = [event for event in events(shop) if event.type == "PaymentSucceeded"]
    assert (issued.data["orderId"], issued.data["customerId"]) == (order_id, CUSTOMER_ID)
    assert issued.correlation_id


def test_late_charge_of_a_cancelled_order_is_refunded(shop: Shop, order_id: str) -> None:
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    Saga(shop).run(order_id)
    assert read_payment(shop, order_id).state is PaymentState.FAILED
    assert deliver_webhook(shop, order_id, "charge.succeeded")
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert read_payment(shop, order_id).state is PaymentState.REFUNDED
    assert order_of(shop, order_id).payment_status is PaymentStatus.REFUNDED
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=2500)
    assert stock(shop, "shirt") == (10, 0, 0)


def test_approval_after_a_refusal_is_refunded(shop: Shop, order_id: str) -> None:
    deliver_webhook(shop, order_id, "charge.failed")
    Saga(shop).run(order_id)
    deliver_webhook(shop, order_id, "charge.succeeded")
    Saga(shop).run(order_id)
    assert order_of(shop, order_id).status is OrderStatus.CANCELLED
    assert balance(list_ledger(shop.table, order_id)).kept == 0
    assert read_payment(shop, order_id).failure is None


def test_refusal_after_an_approval_changes_nothing(shop: Shop, order_id: str) -> None:
    deliver_webhook(shop, order_id, "charge.succeeded")
    assert deliver_webhook(shop, order_id, "charge.failed")
    assert read_payment(shop, order_id).state is PaymentState.SUCCEEDED
    assert resuming_events(shop) == ["PaymentSucceeded"]


def test_charge_is_recorded_once_when_its_webhook_overtakes_its_answer(shop: Shop) -> None:
    """The webhook is applied before the step has recorded the provider's answer."""
    order_id = submit_order(shop, {"shirt": 2})

    shop.provider = WebhookFirst(shop, order_id)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert event_types(shop).count("PaymentSucceeded") == 1
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"


def test_refund_is_entered_once_when_its_webhook_comes_first(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    made = decide_refund(shop, order_id, 10)
    assert deliver_webhook(shop, order_id, "refund.succeeded", **made)
    (wanted,) = [event for event in events(shop) if event.type == "RefundRequested"]
    assert [issue_refund.handle(wanted, shop) for _ in range(2)] == ["issued", "issued"]
    assert deliver_webhook(shop, order_id, "refund.succeeded", **made)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=1000)
    assert order_of(shop, order_id).refunded_minor == 1000
    assert event_types(shop).count("RefundIssued") == 1


def decide_refund(shop: Shop, order_id: str, amount: int) -> dict[str, Any]:
    """An administrator decides a refund; what the provider's webhook says of it, once it is made."""
    body = {"reason": "broken", "amount": amount}
    status, answer = call(refund_order, admin_event(body, path={"orderId": order_id}), shop)
    assert status == 201, answer
    refund_id = answer["refundId"]
    return {"reference": f"fake_refund_{refund_id}", "refund_id": refund_id, "amount_minor": amount * 100}


@pytest.fixture
def paid(shop: Shop) -> str:
    """An order of 25.00 that is paid and confirmed."""
    order_id = submit_order(shop, {"shirt": 2})
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    return order_id


def refund_externally(shop: Shop, order_id: str, amount_minor: int, reference: str = "re_by_hand") -> bool:
    """A refund that was made at the provider itself: its webhook names the charge alone."""
    of_charge = {"payment_id": "", "charge_reference": charge_reference(f"{order_id}-1")}
    return deliver_webhook(
        shop, order_id, "refund.succeeded", reference=reference, amount_minor=amount_minor, **of_charge
    )


def test_external_refund_is_entered_counted_and_announced_once(shop: Shop, paid: str) -> None:
    send_webhook(shop, webhook_for(shop, paid, "refund.succeeded", payment_id="", charge_reference="of another shop"))
    assert deliver(apply_webhook, received_webhooks(shop), shop)
    assert refund_externally(shop, paid, 1000)
    assert refund_externally(shop, paid, 1000)
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=1000)
    order = order_of(shop, paid)
    assert (order.refunded_minor, order.payment_status) == (1000, PaymentStatus.PARTIALLY_REFUNDED)
    (issued,) = [event for event in events(shop) if event.type == "RefundIssued"]
    assert (issued.data["refundId"], issued.data["amountMinor"]) == ("re_by_hand", 1000)


def test_external_refund_is_not_refunded_again(shop: Shop, paid: str) -> None:
    refund_externally(shop, paid, 1000)
    body = {"reason": "all of it"}
    status, refund = call(refund_order, admin_event(body, path={"orderId": paid}), shop)
    assert (status, refund["amount"]) == (201, 15)

    other = submit_order(shop, {"shirt": 2})
    Saga(shop).run(other)
    refund_externally(shop, other, 1000, "re_2")
    assert call(cancel_order, customer_event(path={"orderId": other}), shop)[0] == 200
    Saga(shop).run(other)
    assert balance(list_ledger(shop.table, other)) == Balance(charged=2500, refunded=2500)


def test_external_refunds_can_cover_the_whole_order(shop: Shop, paid: str) -> None:
    assert refund_externally(shop, paid, 1000)
    assert refund_externally(shop, paid, 1500, "re_2")
    assert order_of(shop, paid).payment_status is PaymentStatus.REFUNDED
    assert balance(list_ledger(shop.table, paid)).kept == 0
    assert deliver(apply_webhook, received_webhooks(shop), shop), "received again, it is known"
    assert balance(list_ledger(shop.table, paid)).kept == 0


def test_external_refund_beyond_what_is_left_is_entered_as_it_happened(shop: Shop, paid: str) -> None:
    """The ledger says what the provider says; the audit of the order then rings."""
    assert refund_externally(shop, paid, 2000)
    assert refund_externally(shop, paid, 1000, "re_2")
    assert balance(list_ledger(shop.table, paid)).kept == -500
    order = order_of(shop, paid)
    assert (order.refunded_minor, order.refundable_minor, order.payment_status) == (3000, 0, PaymentStatus.REFUNDED)


def test_refund_id_that_the_shop_never_issued_is_a_refund_made_elsewhere(shop: Shop, paid: str) -> None:
    """A signed webhook with a refund id of its own making: what it says moved counts, and is not refunded again."""
    assert deliver_webhook(
        shop, paid, "refund.succeeded", reference="re_1", refund_id="01KAJ0THERS000000000000001", amount_minor=2500
    )
    order = order_of(shop, paid)
    assert (order.refunded_minor, order.payment_status) == (2500, PaymentStatus.REFUNDED)
    assert read_payment(shop, paid).state is PaymentState.REFUNDED
    refused = call(refund_order, admin_event({"reason": "all of it"}, path={"orderId": paid}), shop)
    assert (refused[0], refused[1]["error"]) == (409, "OrderNotPaid")
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=2500)


def test_refund_that_names_ours_but_is_another_is_made_elsewhere(shop: Shop, paid: str) -> None:
    made = decide_refund(shop, paid, 10)
    assert deliver_webhook(shop, paid, "refund.succeeded", **(made | {"amount_minor": 900, "reference": "re_1"}))
    assert order_of(shop, paid).refunded_minor == 1900
    assert deliver_webhook(shop, paid, "refund.succeeded", **made)
    assert deliver_webhook(shop, paid, "refund.succeeded", **(made | {"reference": "re_2"}))
    assert order_of(shop, paid).refunded_minor == 2900
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=2900)


def test_rest_of_a_cancelled_order_is_decided_anew_after_an_external_refund(shop: Shop, paid: str) -> None:
    """Somebody refunds at the provider while the shop refunds the rest: the provider refuses the shop's."""

    class Refusing(FakeProvider):
        def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> RefundAnswer:
            if amount_minor > 1500:
                return RefundAnswer("", NOT_ENOUGH_LEFT)
            return super().refund(key, charge_reference, amount_minor, currency)

    key = shop.secrets.current("tradewind/local/fake-webhook-key").secret_string
    shop.provider = Refusing(lambda: [key])
    call(cancel_order, customer_event(path={"orderId": paid}), shop)
    Saga(shop).run(paid)
    assert balance(list_ledger(shop.table, paid)).kept == 2500
    assert refund_externally(shop, paid, 1000)
    assert is_unsettled(read_order_partition(shop.table, paid, consistent=True))
    Saga(shop).run(paid)
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=2500)
    assert order_of(shop, paid).payment_status is PaymentStatus.REFUNDED
    assert event_types(shop).count("OrderSettled") == 2


def test_refund_that_fails_afterwards_is_booked_back(shop: Shop, paid: str) -> None:
    made = decide_refund(shop, paid, 25)
    (wanted,) = [event for event in events(shop) if event.type == "RefundRequested"]
    issue_refund.handle(wanted, shop)
    assert read_payment(shop, paid).state is PaymentState.REFUNDED
    for _ in range(2):
        assert deliver_webhook(shop, paid, "refund.failed", note="expired card", **made)
    assert deliver_webhook(shop, paid, "refund.succeeded", **made), "an older webhook that comes late"
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=0)
    order = order_of(shop, paid)
    assert (order.refunded_minor, order.payment_status) == (0, PaymentStatus.PAID)
    assert read_payment(shop, paid).state is PaymentState.SUCCEEDED
    (failed,) = [event for event in events(shop) if event.type == "RefundFailed"]
    assert (failed.data["refundId"], failed.data["reason"]) == (made["refund_id"], "expired card")
    assert issue_refund.handle(wanted, shop) == "failed"


def test_refund_is_the_same_whether_its_failure_or_its_success_comes_first(shop: Shop, paid: str) -> None:
    """Of one that the shop decided, and of one that was made at the provider."""
    made = decide_refund(shop, paid, 10)
    for fields in (made, {"reference": "re_by_hand", "amount_minor": 500}):
        assert deliver_webhook(shop, paid, "refund.failed", note="expired card", **fields)
        assert deliver_webhook(shop, paid, "refund.succeeded", **fields)
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=0)
    assert order_of(shop, paid).refunded_minor == 0
    assert {refund.state for refund in list_refunds(shop.table, paid)} == {RefundState.FAILED}


OPEN = DisputeStanding(DisputeState.OPEN, is_withdrawn=True)
LOST = DisputeStanding(DisputeState.LOST, is_withdrawn=True)
WON = DisputeStanding(DisputeState.WON, is_withdrawn=True, is_reinstated=True)


def dispute(shop: Shop, order_id: str, standing: DisputeStanding, **fields: Any) -> bool:  # noqa: ANN401 - JSON
    of_charge = {"payment_id": "", "charge_reference": charge_reference(f"{order_id}-1"), "reference": "dp_1"}
    told = {"dispute": standing, "note": "fraudulent", **of_charge, **fields}
    return deliver_webhook(shop, order_id, "dispute.updated", **told)


@pytest.mark.parametrize(
    ("standings", "state", "kept"),
    [
        ([DisputeStanding(DisputeState.INQUIRY)], PaymentState.SUCCEEDED, 2500),
        ([DisputeStanding(DisputeState.INQUIRY), OPEN], PaymentState.DISPUTED, 0),
        ([OPEN, OPEN], PaymentState.DISPUTED, 0),
        ([OPEN, LOST], PaymentState.CHARGED_BACK, 0),
        ([OPEN, WON], PaymentState.SUCCEEDED, 2500),
        ([WON, OPEN], PaymentState.SUCCEEDED, 2500),
        ([LOST, DisputeStanding(DisputeState.INQUIRY)], PaymentState.CHARGED_BACK, 0),
        ([LOST, WON], PaymentState.SUCCEEDED, 2500),
    ],
)
def test_dispute_is_a_state_of_the_payment_and_moves_its_money(
    shop: Shop, paid: str, standings: list[DisputeStanding], state: PaymentState, kept: int
) -> None:
    for standing in standings:
        assert dispute(shop, paid, standing)
    assert read_payment(shop, paid).state is state
    assert balance(list_ledger(shop.table, paid)).kept == kept
    assert order_of(shop, paid).refunded_minor == 0


def test_each_state_of_a_dispute_is_announced_once(shop: Shop, paid: str) -> None:
    for standing in (OPEN, OPEN, WON, WON, OPEN):
        dispute(shop, paid, standing)
    announced = [(event.type, event.data["state"]) for event in events(shop) if event.type.startswith("Dispute")]
    assert announced == [("DisputeOpened", "open"), ("DisputeClosed", "won")]


@pytest.mark.parametrize("standing", [WON, LOST])
def test_dispute_that_is_first_heard_of_when_it_is_over_is_announced_as_opened_too(
    shop: Shop, paid: str, standing: DisputeStanding
) -> None:
    """The webhook of its beginning comes late."""
    for each in (standing, OPEN):
        dispute(shop, paid, each)
    announced = [(event.type, event.data["state"]) for event in events(shop) if event.type.startswith("Dispute")]
    assert announced == [("DisputeOpened", standing.state), ("DisputeClosed", standing.state)]


def test_dispute_of_another_shops_charge_changes_nothing(shop: Shop, paid: str) -> None:
    assert dispute(shop, paid, OPEN, charge_reference="of another shop")
    assert read_payment(shop, paid).state is PaymentState.SUCCEEDED


def test_disputed_money_is_not_refunded(shop: Shop, paid: str) -> None:
    dispute(shop, paid, OPEN)
    decide_refund(shop, paid, 10)
    (wanted,) = [event for event in events(shop) if event.type == "RefundRequested"]
    assert issue_refund.handle(wanted, shop) == "failed"
    assert order_of(shop, paid).refunded_minor == 0
    assert balance(list_ledger(shop.table, paid)).kept == 0


def test_order_can_be_confirmed_and_refunded_after_a_dispute_was_won(shop: Shop, paid: str) -> None:
    dispute(shop, paid, OPEN)
    dispute(shop, paid, WON)
    call(cancel_order, customer_event(path={"orderId": paid}), shop)
    Saga(shop).run(paid)
    assert balance(list_ledger(shop.table, paid)) == Balance(charged=2500, refunded=2500, disputed=0)
    assert read_payment(shop, paid).state is PaymentState.REFUNDED


def test_external_refund_is_retried_when_it_overtakes_its_charge(shop: Shop, order_id: str) -> None:
    assert not refund_externally(shop, order_id, 1000)
    deliver_webhook(shop, order_id, "charge.succeeded")
    assert deliver(apply_webhook, received_webhooks(shop)[:1], shop)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=1000)


def test_external_refund_is_counted_when_its_order_changes_meanwhile(shop: Shop, table: Racing, paid: str) -> None:
    of_charge = {"payment_id": "", "charge_reference": charge_reference(f"{paid}-1")}
    send_webhook(shop, webhook_for(shop, paid, "refund.succeeded", amount_minor=1000, **of_charge))
    table.meanwhile = Update(order_key(CUSTOMER_ID, paid), add={"version": 1})
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
def test_webhook_that_does_not_match_its_payment_is_dead_lettered(
    shop: Shop, order_id: str, fields: dict[str, object]
) -> None:
    assert not deliver_webhook(shop, order_id, str(fields.pop("type", "charge.succeeded")), **fields)
    assert read_payment(shop, order_id).state is PaymentState.AWAITING
    assert list_ledger(shop.table, order_id) == []


def test_second_charge_of_a_payment_is_dead_lettered(shop: Shop, order_id: str) -> None:
    deliver_webhook(shop, order_id, "charge.succeeded")
    assert not deliver_webhook(shop, order_id, "charge.succeeded", reference="another charge")


@settings(max_examples=60)
@given(st.data())
def test_money_is_the_same_whatever_the_order_and_repetition_of_webhooks(data: st.DataObject) -> None:
    """Whatever is sent, in whatever order, with the saga running in between: no money is kept without an order."""
    shop = with_customer(make_shop(clock=FakeClock()))
    add_product(shop, "shirt", 10)
    order_id = place_awaiting_order(shop)
    sent = data.draw(st.lists(st.sampled_from(KINDS[:2]), min_size=1, max_size=4), "sent")
    for kind in sent:
        send_webhook(shop, webhook_for(shop, order_id, kind))
    deliveries = data.draw(st.permutations(list(chain(received_webhooks(shop), received_webhooks(shop)))), "deliveries")
    runs = data.draw(st.lists(st.booleans(), min_size=len(deliveries), max_size=len(deliveries)), "runs")
    for batch, runs_now in zip(deliveries, runs, strict=True):
        assert deliver(apply_webhook, [batch], shop)
        if runs_now:
            Saga(shop).run(order_id)
    Saga(shop).run(order_id)
    assert_settled(shop, order_id, approved="charge.succeeded" in sent)


def assert_settled(shop: Shop, order_id: str, *, approved: bool) -> None:
    order, money = order_of(shop, order_id), balance(list_ledger(shop.table, order_id))
    is_confirmed = order.status is OrderStatus.PROCESSING
    assert order.status is not OrderStatus.PENDING
    assert is_confirmed <= approved
    assert money.charged == (2500 if approved else 0)
    assert money.kept == (2500 if is_confirmed else 0)
    assert stock(shop, "shirt") == ((8, 0, 2) if is_confirmed else (10, 0, 0))


@settings(max_examples=60)
@given(st.permutations([*KINDS, *KINDS]))
def test_webhooks_converge_to_one_payment_and_one_ledger(kinds: list[str]) -> None:
    shop = with_customer(make_shop(clock=FakeClock()))
    add_product(shop, "shirt", 10)
    order_id = place_awaiting_order(shop)
    for kind in kinds:
        reference = {"reference": "re_1", "amount_minor": 500} if kind == "refund.succeeded" else {}
        deliver_webhook(shop, order_id, kind, **reference)
    assert deliver(apply_webhook, received_webhooks(shop), shop), "what overtook the charge comes again"
    assert read_payment(shop, order_id).state is PaymentState.SUCCEEDED
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=500)
