from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, admin_event, call, customer_event, make_shop
from tests.trading import (
    Saga,
    add_product,
    event_types,
    events,
    order_body,
    order_of,
    stock,
    submit_order,
    with_people,
)

from tradewind.catalog.handlers import delete_product
from tradewind.inventory.public import stock_key
from tradewind.ordering.change_handlers import cancel_order, fulfil_order, refund_order
from tradewind.ordering.handlers import place_order
from tradewind.ordering.model import FulfilmentStatus, OrderStatus, PaymentStatus, RefundedLine, RefundState
from tradewind.ordering.read_handlers import get_order
from tradewind.ordering.reads import list_due_refunds, list_refunds
from tradewind.payments.consumers import issue_refund
from tradewind.payments.fake import FakeProvider
from tradewind.payments.model import Balance, balance
from tradewind.payments.provider import RefundAnswer
from tradewind.payments.reads import list_ledger
from tradewind.shop import Shop

OTHER_ID = "01KAJ0THER0000000000000001"
SENT = {"carrier": "Royal Mail", "trackingNumber": "RM1"}


@pytest.fixture
def shop() -> Shop:
    shop = with_people(make_shop())
    add_product(shop, "shirt", 10, price=10)
    add_product(shop, "hat", 10, price=2.5)
    return shop


@pytest.fixture
def confirmed(shop: Shop) -> str:
    """A confirmed order of two shirts and four hats: 30.00."""
    order_id = submit_order(shop, {"shirt": 2, "hat": 4})
    Saga(shop).run(order_id)
    return order_id


def cancel(shop: Shop, order_id: str) -> tuple[int, Any]:
    return call(cancel_order, customer_event(path={"orderId": order_id}), shop)


def fulfil(shop: Shop, order_id: str) -> tuple[int, Any]:
    return call(fulfil_order, admin_event(SENT, path={"orderId": order_id}), shop)


def refund(shop: Shop, order_id: str, key: str = "", **wanted: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    body = {"reason": "returned", **wanted}
    headers = {"Idempotency-Key": key} if key else {}
    return call(refund_order, admin_event(body, path={"orderId": order_id}, headers=headers), shop)


class NoProvider(FakeProvider):
    """It is not to be asked for refunds."""

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> RefundAnswer:
        raise AssertionError(f"{key}, {charge_reference}: {amount_minor} {currency}")


def settle(shop: Shop) -> None:
    """Let the consumers get every event, each twice."""
    for event in [*events(shop), *events(shop)]:
        if event.type == "RefundRequested":
            issue_refund.handle(event, shop)


def test_a_cancelled_pending_order_gives_back_its_stock(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    status, answer = cancel(shop, order_id)
    assert (status, answer["status"], answer["cancelReason"]) == (200, "cancelled", "CustomerRequest")
    assert events(shop)[-1].data["resume"] is True
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert stock(shop, "shirt") == (10, 0, 0)
    assert list_ledger(shop.table, order_id) == []


def test_a_cancelled_confirmed_order_gives_back_its_stock_and_money(shop: Shop, confirmed: str) -> None:
    assert cancel(shop, confirmed)[0] == 200
    Saga(shop).run(confirmed)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert stock(shop, "hat") == (10, 0, 0)
    assert balance(list_ledger(shop.table, confirmed)) == Balance(charged=3000, refunded=3000)
    assert order_of(shop, confirmed).payment_status is PaymentStatus.REFUNDED


def test_cancelling_again_changes_nothing(shop: Shop, confirmed: str) -> None:
    first = cancel(shop, confirmed)
    before = event_types(shop)
    assert cancel(shop, confirmed) == first
    assert event_types(shop) == before


def test_a_product_whose_order_may_be_cancelled_cannot_be_deleted(shop: Shop, confirmed: str) -> None:
    status, answer = call(delete_product, admin_event(path={"productId": "hat"}), shop)
    assert (status, answer["error"]) == (409, "ProductInUse")
    cancel(shop, confirmed)
    Saga(shop).run(confirmed)
    assert stock(shop, "hat") == (10, 0, 0)
    assert balance(list_ledger(shop.table, confirmed)).kept == 0


def test_restocked_units_do_not_go_back_on_sale_again_with_a_cancellation(shop: Shop, confirmed: str) -> None:
    refund(shop, confirmed, lines=[{"productId": "hat", "quantity": 4}], restock=True)
    assert call(delete_product, admin_event(path={"productId": "hat"}), shop)[0] == 204
    cancel(shop, confirmed)
    Saga(shop).run(confirmed)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert shop.table.get(stock_key("hat")) is None


def test_units_refunded_without_restock_do_not_come_back_with_a_cancellation(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 3})
    Saga(shop).run(order_id)
    refund(shop, order_id, lines=[{"productId": "shirt", "quantity": 1}], restock=False)
    cancel(shop, order_id)
    Saga(shop).run(order_id)
    settle(shop)
    assert stock(shop, "shirt") == (9, 0, 1)
    assert balance(list_ledger(shop.table, order_id)).kept == 0


def test_goods_of_a_wholly_refunded_order_do_not_come_back_with_a_cancellation(shop: Shop, confirmed: str) -> None:
    refund(shop, confirmed, lines=[{"productId": "hat", "quantity": 3}], restock=True)
    refund(shop, confirmed)
    cancel(shop, confirmed)
    Saga(shop).run(confirmed)
    assert (stock(shop, "shirt"), stock(shop, "hat")) == ((8, 0, 2), (9, 0, 1))


def test_goods_of_a_cancelled_order_are_not_refunded_for_again(shop: Shop, confirmed: str) -> None:
    cancel(shop, confirmed)
    for wanted in ({"lines": [{"productId": "hat", "quantity": 1}]}, {"restock": True}):
        status, answer = refund(shop, confirmed, **wanted)
        assert (status, answer["error"]) == (409, "OrderClosed")
    Saga(shop).run(confirmed)
    assert (stock(shop, "shirt"), stock(shop, "hat")) == ((10, 0, 0), (10, 0, 0))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(["shirt", "hat"]), st.integers(1, 3), st.booleans()), max_size=5),
    st.booleans(),
    st.booleans(),
)
def test_no_unit_refunded_without_restock_is_ever_available_again(
    returns: list[tuple[str, int, bool]],
    refunds_rest: bool,  # noqa: FBT001 - drawn
    is_cancelled: bool,  # noqa: FBT001
) -> None:
    shop = with_people(make_shop())
    gone = Counter[str]()
    for name in ("shirt", "hat"):
        add_product(shop, name, 10, price=1)
    order_id = submit_order(shop, {"shirt": 4, "hat": 3})
    Saga(shop).run(order_id)
    left = Counter({"shirt": 4, "hat": 3})
    for name, quantity, is_restocked in returns:
        lines = [{"productId": name, "quantity": quantity}]
        if refund(shop, order_id, lines=lines, restock=is_restocked)[0] == 201:
            left[name] -= quantity
            gone[name] += 0 if is_restocked else quantity
    if refunds_rest and refund(shop, order_id)[0] == 201:
        gone, left = gone + left, Counter[str]()
    if is_cancelled:
        cancel(shop, order_id)
        Saga(shop).run(order_id)
        left = Counter[str]()
    for name in ("shirt", "hat"):
        assert stock(shop, name) == (10 - gone[name] - left[name], 0, gone[name] + left[name])


def test_a_fulfilled_order_cannot_be_cancelled(shop: Shop, confirmed: str) -> None:
    fulfil(shop, confirmed)
    status, answer = cancel(shop, confirmed)
    assert (status, answer["error"]) == (409, "OrderClosed")


def test_only_its_customer_or_an_administrator_cancels_an_order(shop: Shop, confirmed: str) -> None:
    event = customer_event(path={"orderId": confirmed}, user_id=OTHER_ID)
    assert call(cancel_order, event, shop)[0] == 404
    assert call(cancel_order, admin_event(path={"orderId": confirmed}), shop)[1]["cancelReason"] == "ShopRequest"


def test_fulfilling_again_changes_nothing(shop: Shop, confirmed: str) -> None:
    assert fulfil(shop, confirmed)[1]["status"] == "completed"
    assert fulfil(shop, confirmed)[0] == 200
    order = order_of(shop, confirmed)
    assert (order.status, order.fulfilment_status) == (OrderStatus.COMPLETED, FulfilmentStatus.FULFILLED)
    assert event_types(shop).count("OrderFulfilled") == 1


def test_customers_see_carrier_tracking_number_and_what_was_refunded_on_their_order(shop: Shop, confirmed: str) -> None:
    fulfil(shop, confirmed)
    refund(shop, confirmed, amount=12.34)
    _, order = call(get_order, customer_event(path={"orderId": confirmed}), shop)
    assert (order["shipment"], order["refunded"], order["total"]) == (SENT, 12.34, 30)


def test_an_unpaid_or_cancelled_order_cannot_be_fulfilled(shop: Shop, confirmed: str) -> None:
    pending = submit_order(shop, {"hat": 1})
    assert fulfil(shop, pending)[1]["error"] == "OrderNotPaid"
    cancel(shop, confirmed)
    assert fulfil(shop, confirmed)[1]["error"] == "OrderClosed"


def test_a_wholly_refunded_order_cannot_be_fulfilled_but_cancelled(shop: Shop, confirmed: str) -> None:
    refund(shop, confirmed, lines=[{"productId": "hat", "quantity": 4}])
    refund(shop, confirmed, restock=True)
    status, answer = fulfil(shop, confirmed)
    assert (status, answer["error"]) == (409, "OrderNotPaid")
    assert "refunded" in answer["message"]
    assert cancel(shop, confirmed)[1]["status"] == "cancelled"


@pytest.mark.parametrize("restock", [True, False])
def test_an_order_whose_goods_all_came_back_for_no_money_cannot_be_fulfilled_but_cancelled(
    shop: Shop,
    confirmed: str,
    restock: bool,  # noqa: FBT001 - the case
) -> None:
    shirts, hats = ({"productId": name, "quantity": count, "amount": 0} for name, count in (("shirt", 2), ("hat", 4)))
    assert refund(shop, confirmed, lines=[shirts], restock=restock)[0] == 201
    assert refund(shop, confirmed, lines=[hats | {"quantity": 3}], restock=restock)[0] == 201
    assert refund(shop, confirmed, lines=[hats | {"quantity": 1}], restock=restock)[0] == 201
    status, answer = fulfil(shop, confirmed)
    assert (status, answer["error"]) == (409, "NothingToFulfil")
    assert event_types(shop).count("OrderFulfilled") == 0
    assert cancel(shop, confirmed)[1]["status"] == "cancelled"


def test_an_order_of_which_one_unit_is_left_can_be_fulfilled(shop: Shop, confirmed: str) -> None:
    gone = [{"productId": "shirt", "quantity": 2, "amount": 0}, {"productId": "hat", "quantity": 3, "amount": 0}]
    refund(shop, confirmed, lines=gone, restock=True)
    assert fulfil(shop, confirmed)[1]["status"] == "completed"


def test_a_partially_refunded_order_can_be_fulfilled(shop: Shop, confirmed: str) -> None:
    refund(shop, confirmed, amount=29.99)
    assert fulfil(shop, confirmed)[1]["paymentStatus"] == "partially_refunded"


def test_a_refund_without_an_amount_or_lines_is_of_all_that_is_left(shop: Shop, confirmed: str) -> None:
    status, answer = refund(shop, confirmed)
    assert (status, answer["amount"], answer["refunded"], answer["total"]) == (201, 30, 30, 30)
    settle(shop)
    assert balance(list_ledger(shop.table, confirmed)) == Balance(charged=3000, refunded=3000)
    assert order_of(shop, confirmed).payment_status is PaymentStatus.REFUNDED
    assert event_types(shop).count("RefundIssued") == 1
    assert stock(shop, "shirt") == (8, 0, 2)
    assert refund(shop, confirmed)[1]["error"] == "OrderNotPaid"


def test_amounts_are_refunded_until_nothing_is_left(shop: Shop, confirmed: str) -> None:
    assert refund(shop, confirmed, amount=12.34)[1]["refunded"] == 12.34
    assert order_of(shop, confirmed).payment_status is PaymentStatus.PARTIALLY_REFUNDED
    status, answer = refund(shop, confirmed, amount=17.67)
    assert (status, answer["error"]) == (409, "RefundTooLarge")
    assert answer["message"] == "Only 17.66 USD of what was paid is left to refund."
    assert refund(shop, confirmed)[1]["amount"] == 17.66
    settle(shop)
    assert balance(list_ledger(shop.table, confirmed)).kept == 0


def test_lines_are_refunded_at_their_prices_and_restocked(shop: Shop, confirmed: str) -> None:
    lines = [{"productId": "shirt", "quantity": 1}, {"productId": "hat", "quantity": 2}]
    assert refund(shop, confirmed, lines=lines, restock=True)[1]["amount"] == 15
    assert stock(shop, "shirt") == (9, 0, 1)
    assert stock(shop, "hat") == (8, 0, 2)
    too_many = refund(shop, confirmed, lines=[{"productId": "shirt", "quantity": 2}])
    assert (too_many[0], too_many[1]["error"]) == (409, "RefundTooLarge")
    assert too_many[1]["details"][0]["field"] == "shirt"
    assert refund(shop, confirmed, restock=True)[1]["amount"] == 15
    settle(shop)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert stock(shop, "hat") == (10, 0, 0)
    assert balance(list_ledger(shop.table, confirmed)).kept == 0


def test_a_product_at_two_prices_is_refunded_line_by_line(shop: Shop) -> None:
    items = [{"productId": "hat", "quantity": 1, "unitPrice": 3}, {"productId": "hat", "quantity": 2, "unitPrice": 2}]
    body = order_body({}) | {"items": items, "customerId": CUSTOMER_ID}
    order_id = call(place_order, admin_event(body), shop)[1]["orderId"]
    Saga(shop).run(order_id)
    one = [{"productId": "hat", "quantity": 1}]
    amounts = [refund(shop, order_id, lines=one)[1]["amount"] for _ in range(3)]
    assert amounts == [3, 2, 2]


def test_goods_come_back_after_their_money_was_refunded_as_goodwill(shop: Shop, confirmed: str) -> None:
    assert refund(shop, confirmed, amount=30)[0] == 201
    returned = [{"productId": "shirt", "quantity": 2, "amount": 0}, {"productId": "hat", "quantity": 1, "amount": 0}]
    status, answer = refund(shop, confirmed, lines=returned, restock=True)
    assert (status, answer["amount"], answer["refunded"]) == (201, 0, 30)
    assert (stock(shop, "shirt"), stock(shop, "hat")) == ((10, 0, 0), (7, 0, 3))
    assert order_of(shop, confirmed).payment_status is PaymentStatus.REFUNDED
    assert refund(shop, confirmed, lines=returned, restock=True)[1]["error"] == "RefundTooLarge"


@pytest.mark.parametrize("wanted", [{"restock": True}, {"amount": 0, "restock": True}])
def test_all_goods_that_are_left_come_back_without_money(shop: Shop, confirmed: str, wanted: dict[str, Any]) -> None:
    refund(shop, confirmed, lines=[{"productId": "hat", "quantity": 1}])
    refund(shop, confirmed, amount=27.5)
    assert refund(shop, confirmed)[1]["error"] == "OrderNotPaid"
    assert refund(shop, confirmed, **wanted)[1]["amount"] == 0
    assert (stock(shop, "shirt"), stock(shop, "hat")) == ((10, 0, 0), (9, 0, 1))
    assert refund(shop, confirmed, **wanted)[1]["error"] == "OrderNotPaid"


def test_a_line_comes_back_for_less_than_its_price(shop: Shop, confirmed: str) -> None:
    fee = [{"productId": "shirt", "quantity": 1, "amount": 8.5}, {"productId": "hat", "quantity": 1}]
    assert refund(shop, confirmed, lines=fee, restock=True)[1]["amount"] == 11
    settle(shop)
    assert balance(list_ledger(shop.table, confirmed)) == Balance(charged=3000, refunded=1100)
    assert refund(shop, confirmed)[1]["amount"] == 19
    settle(shop)
    assert balance(list_ledger(shop.table, confirmed)).kept == 0


def test_no_line_is_refunded_more_than_is_left_of_it(shop: Shop, confirmed: str) -> None:
    refund(shop, confirmed, lines=[{"productId": "hat", "quantity": 1, "amount": 6}])
    status, answer = refund(shop, confirmed, lines=[{"productId": "hat", "quantity": 1, "amount": 4.01}])
    assert (status, answer["error"], answer["details"][0]["field"]) == (409, "RefundTooLarge", "lines[0].amount")
    assert "Only 4.00 USD is left" in answer["message"]
    twice = [{"productId": "hat", "quantity": 1, "amount": 2}] * 2
    assert refund(shop, confirmed, lines=twice)[1]["amount"] == 4
    last = [{"productId": "hat", "quantity": 1}]
    assert refund(shop, confirmed, lines=last)[1]["error"] == "RefundTooLarge"
    assert refund(shop, confirmed, lines=[last[0] | {"amount": 0}])[1]["refunded"] == 10


@pytest.mark.parametrize(
    ("amount", "error"), [(-1, "InvalidAmount"), (0.001, "InvalidAmount"), (20.01, "RefundTooLarge")]
)
def test_an_amount_of_a_line_that_is_none_is_named(shop: Shop, confirmed: str, amount: float, error: str) -> None:
    lines = [{"productId": "hat", "quantity": 1}, {"productId": "shirt", "quantity": 1, "amount": amount}]
    answer = refund(shop, confirmed, lines=lines)[1]
    assert (answer["error"], answer["details"][0]["field"]) == (error, "lines[1].amount")


def place_for(shop: Shop, *items: dict[str, Any]) -> str:
    body = order_body({}) | {"items": list(items), "customerId": CUSTOMER_ID}
    order_id: str = call(place_order, admin_event(body), shop)[1]["orderId"]
    Saga(shop).run(order_id)
    return order_id


def test_a_line_that_cost_nothing_comes_back(shop: Shop) -> None:
    free = {"productId": "hat", "quantity": 1, "unitPrice": 0}
    order_id = place_for(shop, free, {"productId": "shirt", "quantity": 1})
    assert refund(shop, order_id, lines=[{"productId": "hat", "quantity": 1}], restock=True)[1]["amount"] == 0
    assert stock(shop, "hat") == (10, 0, 0)
    assert order_of(shop, order_id).payment_status is PaymentStatus.PAID
    assert refund(shop, order_id)[1]["amount"] == 10


@pytest.mark.parametrize("wanted", [{"lines": [{"productId": "hat", "quantity": 2}]}, {}])
def test_an_order_that_cost_nothing_comes_back(shop: Shop, wanted: dict[str, Any]) -> None:
    order_id = place_for(shop, {"productId": "hat", "quantity": 2, "unitPrice": 0})
    status, answer = refund(shop, order_id, **wanted, restock=True)
    assert (status, answer["amount"], answer["total"]) == (201, 0, 0)
    assert stock(shop, "hat") == (10, 0, 0)
    assert refund(shop, order_id)[1]["error"] == "OrderNotPaid"


def test_a_refund_of_no_money_is_issued_without_the_provider(shop: Shop, confirmed: str) -> None:
    shop.provider = NoProvider()
    refund(shop, confirmed, lines=[{"productId": "hat", "quantity": 1, "amount": 0}], restock=True)
    settle(shop)
    [record] = list_refunds(shop.table, confirmed)
    assert (record.state, record.reference, record.is_restocked) == (RefundState.ISSUED, None, True)
    assert record.lines == [RefundedLine("hat", 1, 0)]
    assert list_due_refunds(shop.table, 0, shop.clock.now() + timedelta(days=1), 9) == []
    assert "RefundIssued" not in event_types(shop)
    assert balance(list_ledger(shop.table, confirmed)) == Balance(charged=3000, refunded=0)


def test_a_return_of_no_money_repeated_with_its_key_happens_once(shop: Shop, confirmed: str) -> None:
    lines = [{"productId": "hat", "quantity": 1, "amount": 0}]
    first = refund(shop, confirmed, "k", lines=lines, restock=True)
    assert refund(shop, confirmed, "k", lines=lines, restock=True) == first
    assert stock(shop, "hat") == (7, 0, 3)


def test_the_order_shows_what_was_refunded_and_restocked_of_each_line(shop: Shop) -> None:
    two_prices = [
        {"productId": "hat", "quantity": 1, "unitPrice": 3},
        {"productId": "hat", "quantity": 2, "unitPrice": 2},
    ]
    order_id = place_for(shop, *two_prices, {"productId": "shirt", "quantity": 1})
    refund(shop, order_id, lines=[{"productId": "hat", "quantity": 2, "amount": 4}], restock=True)
    refund(shop, order_id, lines=[{"productId": "shirt", "quantity": 1, "amount": 2.5}])
    refund(shop, order_id, amount=1)
    _, shown = call(get_order, customer_event(path={"orderId": order_id}), shop)
    columns = ("refundedQuantity", "restockedQuantity", "refundedAmount")
    assert [tuple(line[column] for column in columns) for line in shown["lines"]] == [(1, 1, 3), (1, 1, 1), (1, 0, 2.5)]
    assert shown["refunded"] == 7.5


def test_more_products_than_a_transaction_holds_are_restocked_in_parts(shop: Shop) -> None:
    names = [f"p{number:03d}" for number in range(81)]
    for name in names:
        add_product(shop, name, 1, price=1)
    order_id = submit_order(shop, dict.fromkeys(names, 1))
    Saga(shop).run(order_id)
    status, answer = refund(shop, order_id, restock=True)
    assert (status, answer["error"]) == (422, "TooManyProducts")
    assert answer["message"].endswith("Refund some of the lines at a time.")
    some = [{"productId": name, "quantity": 1} for name in names[:79]]
    assert refund(shop, order_id, lines=some, restock=True)[1]["amount"] == 79
    assert refund(shop, order_id, restock=True)[1]["amount"] == 2
    assert [stock(shop, name) for name in names] == [(1, 0, 0)] * 81


def test_a_refund_with_a_misspelt_field_is_refused(shop: Shop, confirmed: str) -> None:
    status, answer = refund(shop, confirmed, line=[{"productId": "hat", "quantity": 1}])
    assert (status, answer["error"]) == (422, "InvalidRequest")
    assert "line" in answer["details"][0]["message"]
    assert order_of(shop, confirmed).refunded_minor == 0


def test_an_amount_with_too_many_decimals_is_named(shop: Shop, confirmed: str) -> None:
    assert [detail["field"] for detail in refund(shop, confirmed, amount=0.001)[1]["details"]] == ["amount"]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"amount": 0}, "InvalidRefund"),
        ({"amount": -1}, "InvalidRefund"),
        ({"amount": 0.001}, "InvalidAmount"),
        ({"amount": 1, "restock": True}, "InvalidRefund"),
        ({"amount": 1, "lines": [{"productId": "hat", "quantity": 1}]}, "InvalidRefund"),
        ({"lines": [{"productId": "ghost", "quantity": 1}]}, "RefundTooLarge"),
    ],
)
def test_an_unclear_refund_is_refused(shop: Shop, confirmed: str, wanted: dict[str, Any], error: str) -> None:
    assert refund(shop, confirmed, **wanted)[1]["error"] == error
    assert order_of(shop, confirmed).refunded_minor == 0


def test_a_refund_repeated_with_its_key_happens_once(shop: Shop, confirmed: str) -> None:
    first = refund(shop, confirmed, "k", amount=5)
    assert refund(shop, confirmed, "k", amount=5) == first
    assert order_of(shop, confirmed).refunded_minor == 500
    assert refund(shop, confirmed, "k", amount=6)[1]["error"] == "IdempotencyKeyReused"


def test_a_refund_and_a_cancellation_refund_no_more_than_was_paid(shop: Shop, confirmed: str) -> None:
    refund(shop, confirmed, lines=[{"productId": "shirt", "quantity": 1}], restock=True)
    cancel(shop, confirmed)
    Saga(shop).run(confirmed)
    settle(shop)
    assert balance(list_ledger(shop.table, confirmed)) == Balance(charged=3000, refunded=3000)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert stock(shop, "hat") == (10, 0, 0)
    assert refund(shop, confirmed)[1]["error"] == "OrderNotPaid"


def test_an_unpaid_order_cannot_be_refunded(shop: Shop) -> None:
    assert refund(shop, submit_order(shop, {"hat": 1}))[1]["error"] == "OrderNotPaid"
