"""From a product to a confirmed or cancelled order, through the front door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.e2e.browserless import ADDRESS, Visitor, until

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS


def stock(admin: Visitor, product_id: str) -> tuple[int, int, int]:
    found = admin.get(f"/variants/{product_id}/stock").ok()
    return found["available"], found["reserved"], found["sold"]


def test_an_order_is_paid_confirmed_mailed_and_taken_from_stock(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("main-path", 10)

    placed = customer.order({product: 2}, expectedTotal=25).ok()
    assert (placed["status"], placed["total"], placed["currency"]) == ("pending", 25, "USD")
    found = customer.wait_until_settled(placed["orderId"])

    assert (found["status"], found["paymentStatus"]) == ("processing", "paid")
    assert [entry["event"] for entry in found["timeline"]] == ["OrderPlaced", "PaymentSucceeded", "OrderConfirmed"]
    assert stock(admin, product) == (8, 0, 2)
    email = customer.user["email"]
    mails = until(lambda: customer.mails(email), lambda sent: len(sent) >= 2)
    assert {"confirmed" in mail["subject"].lower() for mail in mails} == {True, False}, "a welcome and a confirmation"


def test_a_declined_card_cancels_the_order_releases_its_stock_and_is_mailed(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("declined", 3)

    placed = customer.order({product: 3}, "tok_declined").ok()
    found = customer.wait_until_settled(placed["orderId"])

    assert (found["status"], found["cancelReason"], found["paymentStatus"]) == ("cancelled", "CardDeclined", "unpaid")
    until(lambda: stock(admin, product), lambda counts: counts == (3, 0, 0))
    mails = until(
        lambda: [mail for mail in customer.mails(customer.user["email"]) if "cancelled" in mail["subject"].lower()],
        lambda sent: len(sent) == 1,
    )
    assert "declined" in customer.page(f"/mail/messages/{mails[0]['id']}.json").ok()["text"].lower()


@pytest.mark.parametrize(("token", "status"), [("tok_timeout", "processing"), ("tok_insufficient_funds", "cancelled")])
def test_the_payment_token_decides_the_outcome(admin: Visitor, customer: Visitor, token: str, status: str) -> None:
    product = admin.add_product(f"payment-{token}", 1)
    placed = customer.order({product: 1}, token).ok()
    assert customer.wait_until_settled(placed["orderId"])["status"] == status


def test_checking_out_orders_the_whole_cart_and_empties_it(admin: Visitor, customer: Visitor) -> None:
    first, second = admin.add_product("cart-one", 5), admin.add_product("cart-two", 5, price=0.1)
    customer.post("/cart/items", {"productId": first, "quantity": 1}).ok()
    customer.post("/cart/items", {"productId": second, "quantity": 3}).ok()
    total = customer.get("/cart").ok()["total"]
    assert total == 12.8

    body = {"shippingAddress": ADDRESS, "paymentMethod": {"token": "tok_approved"}, "expectedTotal": total}
    key = {"idempotency-key": "cart"}
    placed = customer.post("/checkout", body, key)

    assert (placed.ok()["total"], placed.ok()["lineCount"]) == (12.8, 2)
    assert customer.get("/cart").ok()["items"] == []
    assert customer.post("/checkout", body, key).raw == placed.raw
    assert customer.wait_until_settled(placed.ok()["orderId"])["status"] == "processing"


def test_a_customer_reads_only_own_orders(admin: Visitor, customer: Visitor, visitor: Visitor) -> None:
    order_id = customer.order({admin.add_product("private", 1): 1}).ok()["orderId"]
    stranger = visitor.register()
    assert stranger.get(f"/orders/{order_id}").error == (404, "OrderNotFound")
    assert visitor.get(f"/orders/{order_id}").error == (401, "SignInRequired")
    assert customer.get(f"/orders/{order_id}").ok()["lines"][0]["quantity"] == 1
    assert [order["orderId"] for order in customer.get("/orders").ok()["items"]] == [order_id]
    assert stranger.get("/orders").ok()["items"] == []
    assert until(lambda: admin.get(f"/orders/{order_id}"), lambda answer: answer.status == 200).ok()
    listed = admin.get("/orders", limit=100).ok()["items"]
    assert order_id in {order["orderId"] for order in listed}


def test_an_administrator_places_an_order_at_agreed_prices(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("agreed", 10)
    body = {
        "items": [{"productId": product, "quantity": 2, "unitPrice": 9.99}, {"productId": product, "quantity": 1}],
        "shippingAddress": ADDRESS,
        "paymentMethod": {"token": "tok_approved"},
        "customerId": customer.user["userId"],
    }
    assert customer.post("/orders", body).error == (403, "PermissionRequired")
    placed = admin.post("/orders", body).ok()
    assert placed["total"] == 32.48
    found = customer.get(f"/orders/{placed['orderId']}").ok()
    assert (found["placedBy"], len(found["lines"])) == (admin.user["userId"], 2)


def test_unpaid_orders_of_a_customer_do_not_hold_a_whole_stock(admin: Visitor, customer: Visitor) -> None:
    limit = int(WIDE_LIMITS["HeldUnitsLimit"])
    product = admin.add_product("hostage", 2 * limit)
    held = customer.order({product: limit}, "tok_async").ok()["orderId"]
    refused = customer.order({product: 1}, "tok_async")
    assert (refused.status, refused.body["error"]) == (409, "TooManyUnitsHeld")
    customer.put(f"/orders/{held}/cancel", None).ok()
    customer.order({product: 1}).ok()


def test_the_last_unit_is_sold_once(admin: Visitor, customer: Visitor, visitor: Visitor) -> None:
    product = admin.add_product("last-piece", 1)
    buyers = [customer, visitor.register()]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda buyer: buyer.order({product: 1}), buyers))
    assert sorted(answer.status for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status == 409)
    assert refused.error == (409, "OutOfStock")
    assert refused.body["details"] == [{"field": product, "message": "'Last-Piece' is sold out."}]


def test_one_key_fifty_times_at_once_makes_one_order(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("idempotent", 50)
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: customer.order({product: 1}, key="fifty"), range(50)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.raw for answer in answers}) == 1
    customer.wait_until_settled(answers[0].body["orderId"])
    assert stock(admin, product) == (49, 0, 1)
    assert customer.order({product: 2}, key="fifty").error == (422, "IdempotencyKeyReused")


def test_twenty_of_two_hundred_parallel_orders_get_the_twenty_units(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("rush", 20)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: customer.order({product: 1}), range(200)))
    placed = [answer.body["orderId"] for answer in answers if answer.status == 201]
    assert len(placed) == 20
    assert {answer.error for answer in answers if answer.status != 201} == {(409, "OutOfStock")}
    assert {customer.wait_until_settled(order_id)["status"] for order_id in placed} == {"processing"}
    assert stock(admin, product) == (0, 0, 20)


@pytest.mark.metered
def test_the_largest_invoice_is_placed_in_few_transactions(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    products = [f"large-{number:03d}" for number in range(674)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda product: admin.add_product(product, 1), products))
    with cloud.meter() as usage:
        placed = customer.order(dict.fromkeys(products, 1), key="large").ok()
    assert [call.operation for call in usage.calls].count("TransactWriteItems") <= 12
    assert customer.wait_until_settled(placed["orderId"])["status"] == "processing"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda product: stock(admin, product), products)) == {(0, 0, 1)}


def test_a_large_order_that_is_out_of_stock_leaves_nothing_behind(admin: Visitor, customer: Visitor) -> None:
    products = {admin.add_product(f"partial-{number:03d}", 1): 1 for number in range(100)}
    refused = customer.order(products | {"partial-099": 2})
    assert refused.error == (409, "OutOfStock")
    assert {stock(admin, product) for product in products} == {(1, 0, 0)}
