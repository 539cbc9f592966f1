from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, admin_event, call, make_shop
from tests.trading import Saga, add_product, order_of, submit_order, with_people

from tradewind.aws.table import Query, QueryResult
from tradewind.ordering.change_handlers import fulfil_order, refund_order
from tradewind.ordering.model import Order, OrderStatus, PaymentStatus
from tradewind.ordering.retention import SETTLED_WITHIN, keep_until, list_unfinished_orders
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable


@pytest.fixture
def shop() -> Shop:
    shop = with_people(make_shop(clock=FakeClock()))
    add_product(shop, "mug")
    return shop


def unfinished(shop: Shop, later: timedelta = timedelta(0)) -> list[str]:
    return [order.order_id for order in list_unfinished_orders(shop.table, CUSTOMER_ID, shop.clock.now() + later)]


def send(shop: Shop, order_id: str) -> None:
    shipment = {"carrier": "Royal Mail", "trackingNumber": "RM1"}
    assert call(fulfil_order, admin_event(shipment, path={"orderId": order_id}), shop)[0] == 200


def test_customer_without_orders_has_none_unfinished(shop: Shop) -> None:
    assert unfinished(shop) == []


def test_order_is_unfinished_until_it_is_sent(shop: Shop) -> None:
    order_id = submit_order(shop, {"mug": 1})
    assert unfinished(shop) == [order_id]
    Saga(shop).run(order_id)
    assert unfinished(shop) == [order_id]
    send(shop, order_id)
    assert unfinished(shop) == []


def test_order_is_unfinished_while_a_refund_is_on_its_way(shop: Shop) -> None:
    Saga(shop).run(order_id := submit_order(shop, {"mug": 1}))
    send(shop, order_id)
    assert call(refund_order, admin_event({"reason": "broken"}, path={"orderId": order_id}), shop)[0] == 201
    assert unfinished(shop) == [order_id]
    assert unfinished(shop, SETTLED_WITHIN) == []


class LaggingTable(MemoryTable):
    """A table whose cheaper queries do not show yet what was written a moment ago."""

    def query(self, query: Query) -> QueryResult:
        return super().query(query) if query.consistent else QueryResult([], None)


def test_order_of_a_moment_ago_is_unfinished() -> None:
    shop = with_people(make_shop(table=LaggingTable(), clock=FakeClock()))
    add_product(shop, "mug")
    order_id = submit_order(shop, {"mug": 1})
    assert unfinished(shop) == [order_id]


@pytest.fixture
def order(shop: Shop) -> Order:
    return order_of(shop, submit_order(shop, {"mug": 1}))


def test_order_in_hand_has_no_date_yet(order: Order) -> None:
    assert keep_until(order, 8) is None
    assert keep_until(msgspec.structs.replace(order, status=OrderStatus.PROCESSING), 8) is None


def test_order_that_was_never_paid_may_go_at_once(order: Order) -> None:
    cancelled = msgspec.structs.replace(order, status=OrderStatus.CANCELLED)
    assert keep_until(cancelled, 8) == cancelled.updated_at


@pytest.mark.parametrize("status", [status for status in PaymentStatus if status is not PaymentStatus.UNPAID])
def test_paid_order_stays_for_years_after_the_end_of_its_own(order: Order, status: PaymentStatus) -> None:
    sent = msgspec.structs.replace(order, status=OrderStatus.COMPLETED, payment_status=status)
    assert keep_until(sent, 8) == datetime(2035, 1, 1, tzinfo=UTC)
    assert keep_until(sent, 0) == datetime(2027, 1, 1, tzinfo=UTC)
