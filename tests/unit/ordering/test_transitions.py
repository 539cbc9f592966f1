from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from tests.fakes import FakeClock, make_shop
from tests.trading import add_product, order_of, submit_order, with_customer

from tradewind.aws.events import timeline
from tradewind.aws.table import ConditionFailed, TableBusy
from tradewind.kernel.partitions import order_partition
from tradewind.ordering.errors import OrderClosed
from tradewind.ordering.model import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentStatus,
    RefundDecision,
    RefundedLine,
    RefundOrigin,
    Shipment,
)
from tradewind.ordering.reads import is_unsettled, read_order_partition
from tradewind.ordering.transitions import (
    Transition,
    cancel,
    confirm,
    fulfil,
    refund,
    refund_rest,
    retry_on_conflict,
    settle,
)
from tradewind.ordering.writes import clear_unsettled, record_refund, undo_refund
from tradewind.shop import Shop

SHIPMENT = Shipment("Royal Mail", "RM1")
DECISION = RefundDecision("01KAJ0REFVND00000000000001", 500, [RefundedLine("shirt", 1, 500)], "returned")


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "shirt", 10, price=5)
    return shop


@pytest.fixture
def pending(shop: Shop) -> Order:
    """Two shirts at 5.00."""
    return order_of(shop, submit_order(shop, {"shirt": 2}))


@pytest.fixture
def confirmed(shop: Shop, pending: Order) -> Order:
    shop.table.transact(confirm(pending, shop.clock).transaction)
    return order_of(shop, pending.order_id)


def cancel_in_checkout(order: Order, shop: Shop) -> Transition:
    return cancel(order, CancelReason.CARD_DECLINED, shop.clock, goods=[], in_checkout=True)


def cancel_on_request(order: Order, shop: Shop) -> Transition:
    return cancel(order, CancelReason.CUSTOMER_REQUEST, shop.clock, goods=[])


def event_types(shop: Shop, order: Order) -> list[str]:
    return [event.type for event in timeline(shop.table, order_partition(order.order_id))]


def test_a_confirmed_order_is_paid_and_announced(shop: Shop, confirmed: Order) -> None:
    assert (confirmed.status, confirmed.payment_status) == (OrderStatus.PROCESSING, PaymentStatus.PAID)
    assert event_types(shop, confirmed) == ["OrderPlaced", "OrderConfirmed"]


@pytest.mark.parametrize("transition", [cancel_in_checkout, cancel_on_request])
def test_a_cancelled_order_is_marked_until_it_is_settled(
    shop: Shop, pending: Order, transition: Callable[[Order, Shop], Transition]
) -> None:
    shop.table.transact(transition(pending, shop).transaction)
    assert order_of(shop, pending.order_id).status is OrderStatus.CANCELLED
    assert is_unsettled(read_order_partition(shop.table, pending.order_id, consistent=True))
    shop.table.write(clear_unsettled(pending.order_id))
    assert not is_unsettled(read_order_partition(shop.table, pending.order_id, consistent=True))


def test_only_a_cancellation_on_request_resumes_the_checkout(shop: Shop, pending: Order) -> None:
    assert cancel_on_request(pending, shop).event.data["resume"] is True
    assert cancel_in_checkout(pending, shop).event.data["resume"] is False


def test_the_checkout_cancels_an_order_that_changed_but_is_pending_still(shop: Shop, pending: Order) -> None:
    cancelled = cancel_in_checkout(pending, shop)
    shop.table.write(record_refund(pending, 1, shop.clock.now()))
    shop.table.transact(cancelled.transaction)
    assert order_of(shop, pending.order_id).status is OrderStatus.CANCELLED


def test_the_checkout_does_not_cancel_a_confirmed_order(shop: Shop, pending: Order, confirmed: Order) -> None:
    with pytest.raises(ConditionFailed):
        shop.table.transact(cancel_in_checkout(pending, shop).transaction)
    assert order_of(shop, confirmed.order_id).status is OrderStatus.PROCESSING


@pytest.mark.parametrize(
    "transition",
    [
        cancel_on_request,
        lambda order, shop: fulfil(order, SHIPMENT, shop.clock),
        lambda order, shop: refund(order, DECISION, shop.clock, correlation_id="c"),
    ],
    ids=["cancel", "fulfil", "refund"],
)
def test_a_transition_fails_when_the_order_has_changed(
    shop: Shop, confirmed: Order, transition: Callable[[Order, Shop], Transition]
) -> None:
    late = transition(confirmed, shop)
    shop.table.write(record_refund(confirmed, 1, shop.clock.now()))
    with pytest.raises(ConditionFailed):
        shop.table.transact(late.transaction)


def test_a_fulfilled_order_is_closed(shop: Shop, confirmed: Order) -> None:
    shop.table.transact(fulfil(confirmed, SHIPMENT, shop.clock).transaction)
    completed = order_of(shop, confirmed.order_id)
    assert (completed.status, completed.shipment) == (OrderStatus.COMPLETED, SHIPMENT)
    with pytest.raises(OrderClosed):
        cancel_on_request(completed, shop)
    with pytest.raises(OrderClosed):
        fulfil(completed, SHIPMENT, shop.clock)


def test_refunds_add_up(shop: Shop, confirmed: Order) -> None:
    shop.table.transact(refund(confirmed, DECISION, shop.clock, correlation_id="c").transaction)
    once = order_of(shop, confirmed.order_id)
    assert (once.refunded_minor, once.refunded_units) == (500, {"shirt": 1})
    assert once.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    again = msgspec.structs.replace(DECISION, refund_id="01KAJ0REFVND00000000000002")
    shop.table.transact(refund(once, again, shop.clock, correlation_id="c").transaction)
    twice = order_of(shop, confirmed.order_id)
    assert (twice.refunded_minor, twice.refunded_units) == (1000, {"shirt": 2})
    assert twice.payment_status is PaymentStatus.REFUNDED


def test_the_event_of_a_refund_has_its_id_and_correlation_id(shop: Shop, confirmed: Order) -> None:
    event = refund(confirmed, DECISION, shop.clock, correlation_id="c").event
    assert (event.type, event.event_id, event.correlation_id) == ("RefundRequested", DECISION.refund_id, "c")


def test_the_event_of_a_transition_has_one_id_whoever_makes_it(shop: Shop, clock: FakeClock, pending: Order) -> None:
    first = confirm(pending, clock).event
    clock.advance(60)
    assert confirm(pending, clock).event.event_id == first.event_id
    assert cancel_on_request(pending, shop).event.event_id != first.event_id


def test_rest_of_a_cancelled_order_is_decided_once(shop: Shop, confirmed: Order) -> None:
    shop.table.transact(refund(confirmed, DECISION, shop.clock, correlation_id="c").transaction)
    shop.table.transact(cancel_on_request(order_of(shop, confirmed.order_id), shop).transaction)
    cancelled = order_of(shop, confirmed.order_id)
    rest, changes = refund_rest(cancelled, "rest", shop.clock, correlation_id="c")
    shop.table.transact(changes)
    assert rest
    assert (rest.amount_minor, rest.origin) == (500, RefundOrigin.CANCELLATION)
    refunded = order_of(shop, confirmed.order_id)
    assert (refunded.refunded_minor, refunded.payment_status) == (1000, PaymentStatus.REFUNDED)
    with pytest.raises(ConditionFailed):
        shop.table.transact(refund_rest(cancelled, "again", shop.clock, correlation_id="c")[1])


def test_a_refund_that_failed_can_be_refunded_again(shop: Shop, confirmed: Order) -> None:
    shop.table.transact(refund(confirmed, DECISION, shop.clock, correlation_id="c").transaction)
    decided = order_of(shop, confirmed.order_id)
    shop.table.write(undo_refund(decided, DECISION.amount_minor, shop.clock.now()))
    undone = order_of(shop, confirmed.order_id)
    assert (undone.refundable_minor, undone.payment_status) == (1000, PaymentStatus.PAID)


def test_a_cancelled_order_is_settled_once(shop: Shop, pending: Order) -> None:
    shop.table.transact(cancel_on_request(pending, shop).transaction)
    shop.table.transact(settle(pending, shop.clock, correlation_id="c").transaction)
    with pytest.raises(ConditionFailed):
        shop.table.transact(settle(pending, shop.clock, correlation_id="c").transaction)
    assert event_types(shop, pending).count("OrderSettled") == 1


def test_a_change_is_tried_again_while_others_are_faster() -> None:
    attempts: list[int] = []

    def change() -> int:
        attempts.append(len(attempts))
        if len(attempts) < 5:
            raise ConditionFailed
        return len(attempts)

    assert retry_on_conflict(change) == 5


def test_a_change_is_refused_when_others_are_always_faster() -> None:
    attempts: list[None] = []

    def change() -> None:
        attempts.append(None)
        raise ConditionFailed

    with pytest.raises(TableBusy) as busy:
        retry_on_conflict(change)
    assert (len(attempts), busy.value.retry_after_seconds) == (5, 1)
