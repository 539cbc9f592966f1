"""A customer's cart, through the front door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.e2e.browserless import PASSWORD, Answer, Visitor

EMPTY = {
    "items": [],
    "itemCount": 0,
    "currency": "USD",
    "total": 0,
    "totals": [{"currency": "USD", "total": 0}],
    "unavailable": [],
}


def add(customer: Visitor, product_id: str, quantity: int = 1) -> Answer:
    return customer.post("/cart/items", {"productId": product_id, "quantity": quantity})


def change(admin: Visitor, product_id: str, **fields: object) -> None:
    product = {"name": product_id.title(), "price": 12.5, "category": "tests"}
    admin.put(f"/products/{product_id}", product | fields).ok()


def quantities(customer: Visitor) -> dict[str, int]:
    return {line["productId"]: line["quantity"] for line in customer.get("/cart").ok()["items"]}


def test_cart_shows_names_prices_and_totals(admin: Visitor, customer: Visitor) -> None:
    first, second = admin.add_product("cart-rope", 10), admin.add_product("cart-knot", 10, price=0.1)
    assert customer.get("/cart").ok() == EMPTY
    added = add(customer, first, 2)
    assert (added.status, added.body["added"], added.body["quantity"], added.body["unitPrice"]) == (201, 2, 2, 12.5)
    add(customer, second, 3).ok()

    cart = customer.get("/cart").ok()
    assert [(line["name"], line["unitPrice"], line["lineTotal"], line["availability"]) for line in cart["items"]] == [
        ("Cart-Rope", 12.5, 25, "available"),
        ("Cart-Knot", 0.1, 0.3, "available"),
    ]
    assert (cart["itemCount"], cart["total"], cart["currency"], cart["unavailable"]) == (5, 25.3, "USD", [])


def test_cart_follows_the_catalogue(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("cart-changing", 10)
    add(customer, product, 2).ok()
    change(admin, product, name="Dearer", price=20)
    cart = customer.get("/cart").ok()
    assert (cart["items"][0]["name"], cart["items"][0]["unitPrice"], cart["total"]) == ("Dearer", 20, 40)


def test_items_that_cannot_be_bought_are_listed_and_not_counted(admin: Visitor, customer: Visitor) -> None:
    inactive, gone, scarce, sold_out, fine = (
        admin.add_product(f"cart-{name}", 5) for name in ("inactive", "gone", "scarce", "sold-out", "fine")
    )
    for product in (inactive, gone, scarce, sold_out, fine):
        add(customer, product, 2).ok()
    change(admin, inactive, isActive=False)
    admin.delete(f"/products/{gone}").ok()
    admin.put(f"/variants/{scarce}/stock", {"onHand": 1}).ok()
    admin.put(f"/variants/{sold_out}/stock", {"onHand": 0}).ok()

    cart = customer.get("/cart").ok()
    told = {line["productId"]: (line["availability"], line["available"]) for line in cart["items"]}
    assert told == {
        inactive: ("unavailable", 0),
        gone: ("unavailable", 0),
        scarce: ("insufficient", 1),
        sold_out: ("unavailable", 0),
        fine: ("available", 5),
    }
    assert sorted(cart["unavailable"]) == sorted([inactive, gone, sold_out])
    assert cart["total"] == 50, "two of the scarce product and two of the fine one"
    [line] = [line for line in cart["items"] if line["productId"] == gone]
    assert (line["name"], line["lineTotal"]) == (None, None)


def test_item_is_added_set_and_removed(admin: Visitor, customer: Visitor) -> None:
    first, second = admin.add_product("cart-set", 10), admin.add_product("cart-stays", 10)
    for product in (first, first, second):
        add(customer, product, 2).ok()
    assert quantities(customer) == {first: 4, second: 2}
    assert customer.put(f"/cart/items/{first}", {"quantity": 7}).ok()["quantity"] == 7
    assert quantities(customer) == {first: 7, second: 2}
    assert [customer.delete(f"/cart/items/{first}").status for _ in range(2)] == [204, 204]
    assert quantities(customer) == {second: 2}
    assert customer.put(f"/cart/items/{first}", {"quantity": 1}).error == (404, "CartLineNotFound")


def test_cart_is_cleared(admin: Visitor, customer: Visitor) -> None:
    for number in range(3):
        add(customer, admin.add_product(f"cart-cleared-{number}")).ok()
    assert customer.delete("/cart").status == 204
    assert customer.get("/cart").ok() == EMPTY
    assert customer.delete("/cart").status == 204


def test_each_customer_has_a_cart(admin: Visitor, customer: Visitor, visitor: Visitor) -> None:
    product = admin.add_product("cart-private")
    add(customer, product, 3).ok()
    stranger = visitor.register()
    assert stranger.get("/cart").ok() == EMPTY
    stranger.delete("/cart").ok()
    assert quantities(customer) == {product: 3}


def test_cart_follows_its_customer_to_the_next_session(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("cart-kept")
    add(customer, product).ok()
    assert quantities(customer.sign_in(customer.user["email"], PASSWORD)) == {product: 1}


def test_parallel_additions_lose_nothing(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("cart-rush", 1000)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: add(customer, product, number), range(1, 21)))
    assert {answer.status for answer in answers} == {201}
    assert quantities(customer) == {product: sum(range(1, 21))}


def test_prices_in_two_currencies_have_two_totals(admin: Visitor, customer: Visitor) -> None:
    add(customer, admin.add_product("cart-dollars"), 2).ok()
    add(customer, admin.add_product("cart-yen", price=1200, currency="JPY"), 1).ok()
    cart = customer.get("/cart").ok()
    assert (cart["total"], cart["currency"]) == (None, None)
    assert cart["totals"] == [{"currency": "JPY", "total": 1200}, {"currency": "USD", "total": 25}]


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "1", 100_001, None])
def test_invalid_quantity_is_refused(customer: Visitor, quantity: object) -> None:
    answer = customer.post("/cart/items", {"productId": "tide-mug", "quantity": quantity})
    assert answer.error == (422, "InvalidRequest")
    assert [detail["field"] for detail in answer.body["details"]] == ["quantity"]


def test_inactive_product_is_not_added(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("cart-not-sold")
    change(admin, product, isActive=False)
    assert add(customer, product).error == (409, "ProductUnavailable")
    assert add(customer, "no-such-product").error == (404, "ProductNotFound")
    assert customer.get("/cart").ok() == EMPTY


def test_item_has_a_largest_quantity(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("cart-limit")
    add(customer, product, 100_000).ok()
    assert add(customer, product, 1).error == (409, "CartLineFull")
    assert quantities(customer) == {product: 100_000}


class TestCartOfAGuest:
    def test_works_as_that_of_a_customer(self, admin: Visitor, visitor: Visitor) -> None:
        rope, knot = admin.add_product("guest-rope", 10), admin.add_product("guest-knot", 10)
        guest = visitor.as_guest()
        assert guest.get("/cart").ok() == EMPTY
        add(guest, rope, 2).ok()
        add(guest, knot).ok()
        guest.put(f"/cart/items/{rope}", {"quantity": 3}).ok()
        assert quantities(guest) == {rope: 3, knot: 1}
        guest.delete(f"/cart/items/{knot}").ok()
        assert quantities(guest) == {rope: 3}
        guest.delete("/cart").ok()
        assert guest.get("/cart").ok() == EMPTY

    def test_is_the_guests_own(self, admin: Visitor, visitor: Visitor, customer: Visitor) -> None:
        product = admin.add_product("guest-own", 10)
        guest = visitor.as_guest()
        add(guest, product).ok()
        assert quantities(visitor.as_guest()) == quantities(customer) == {}

    def test_is_there_with_a_renewed_token(self, admin: Visitor, visitor: Visitor) -> None:
        product = admin.add_product("guest-renewed", 10)
        guest = visitor.as_guest()
        add(guest, product).ok()
        renewed = guest.as_guest()
        assert renewed.user == guest.user
        assert renewed.token != guest.token
        assert quantities(renewed) == {product: 1}

    def test_token_of_a_customer_makes_no_guest(self, customer: Visitor) -> None:
        assert customer.post("/auth/guest", None).error == (401, "InvalidToken")

    def test_guest_may_not_order_yet(self, admin: Visitor, visitor: Visitor) -> None:
        product = admin.add_product("guest-order", 10)
        assert visitor.as_guest().order({product: 1}).error == (403, "AccountRequired")
