"""Changes to an order after it was placed, through the front door: cancelling, fulfilling, refunding it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.e2e.browserless import Visitor, until


def stock(admin: Visitor, product_id: str) -> tuple[int, int, int]:
    found = admin.get(f"/variants/{product_id}/stock").ok()
    return found["available"], found["reserved"], found["sold"]


def place_confirmed(customer: Visitor, items: dict[str, int]) -> str:
    order_id: str = customer.order(items).ok()["orderId"]
    assert customer.wait_until_settled(order_id)["status"] == "processing"
    return order_id


def test_cancelling_a_confirmed_order_restocks_and_refunds_it(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("cancel-me", 5)
    order_id = place_confirmed(customer, {product: 2})
    assert customer.ask("PUT", f"/orders/{order_id}/cancel").ok()["cancelReason"] == "CustomerRequest"
    until(lambda: stock(admin, product), lambda counts: counts == (5, 0, 0))
    found = until(lambda: customer.get(f"/orders/{order_id}").ok(), lambda order: order["paymentStatus"] == "refunded")
    assert found["status"] == "cancelled"


def test_cancelling_does_not_restock_what_was_refunded_without_restock(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("one-broke", 10)
    order_id = place_confirmed(customer, {product: 3})
    lines = [{"productId": product, "quantity": 1}]
    admin.post(f"/orders/{order_id}/refunds", {"reason": "broken", "lines": lines, "restock": False}).ok()
    customer.ask("PUT", f"/orders/{order_id}/cancel").ok()
    until(lambda: stock(admin, product), lambda counts: counts == (9, 0, 1))


def test_goods_come_back_after_their_money(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("goodwill", 10)
    order_id = place_confirmed(customer, {product: 2})
    refunds = f"/orders/{order_id}/refunds"
    admin.post(refunds, {"reason": "it came late", "amount": 12.5}).ok()
    worn = {"productId": product, "quantity": 1, "amount": 10}
    admin.post(refunds, {"reason": "worn", "lines": [worn], "restock": True}).ok()
    lines = [{"productId": product, "quantity": 1, "amount": 0}]
    returned = {"reason": "it came back", "lines": lines, "restock": True}
    first = admin.post(refunds, returned, {"idempotency-key": "back"})
    assert (first.ok()["amount"], first.ok()["refunded"]) == (0, 22.5)
    assert admin.post(refunds, returned, {"idempotency-key": "back"}).raw == first.raw
    assert stock(admin, product) == (10, 0, 0)

    [line] = customer.get(f"/orders/{order_id}").ok()["lines"]
    assert (line["refundedQuantity"], line["restockedQuantity"], line["refundedAmount"]) == (2, 2, 10)
    paid = until(
        lambda: admin.get(f"/orders/{order_id}/payments").ok(), lambda paid: paid["balance"]["refunded"] == 22.5
    )
    assert [(each["state"], each["amount"]) for each in paid["refunds"]] == [
        ("issued", 12.5),
        ("issued", 10),
        ("issued", 0),
    ]


def test_orders_cancelled_while_their_checkout_runs_are_cancelled_whole(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("cancel-race", 20)
    order_ids = [customer.order({product: 1}).ok()["orderId"] for _ in range(12)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda order_id: customer.ask("PUT", f"/orders/{order_id}/cancel"), order_ids))
    assert {answer.ok()["status"] for answer in answers} == {"cancelled"}
    until(lambda: stock(admin, product), lambda counts: counts == (20, 0, 0))
    orders = [customer.get(f"/orders/{order_id}").ok() for order_id in order_ids]
    assert {order["status"] for order in orders} == {"cancelled"}


def test_a_fulfilled_order_is_partially_refunded_but_not_cancelled(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("send-me", 5)
    order_id = place_confirmed(customer, {product: 2})
    sent = admin.put(f"/orders/{order_id}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    assert (sent["status"], sent["fulfilmentStatus"]) == ("completed", "fulfilled")
    assert customer.ask("PUT", f"/orders/{order_id}/cancel").error == (409, "OrderClosed")

    wanted = {"reason": "one came broken", "lines": [{"productId": product, "quantity": 1}], "restock": True}
    assert customer.post(f"/orders/{order_id}/refunds", wanted).error == (403, "PermissionRequired")
    refund = admin.post(f"/orders/{order_id}/refunds", wanted, {"idempotency-key": "broken"})
    assert refund.ok()["amount"] == 12.5
    assert admin.post(f"/orders/{order_id}/refunds", wanted, {"idempotency-key": "broken"}).raw == refund.raw
    assert stock(admin, product) == (4, 0, 1)
    timeline = until(
        lambda: [entry["event"] for entry in customer.get(f"/orders/{order_id}/status").ok()["timeline"]],
        lambda events: "RefundIssued" in events,
    )
    assert timeline.index("OrderFulfilled") < timeline.index("RefundRequested") < timeline.index("RefundIssued")
    assert admin.post(f"/orders/{order_id}/refunds", {"reason": "all", "amount": 20}).error == (409, "RefundTooLarge")
