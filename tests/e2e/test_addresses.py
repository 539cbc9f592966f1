"""A customer's address book, through the front door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.browserless import ADDRESS, Answer, Visitor

LIMIT = 20


def add(customer: Visitor, **fields: object) -> Answer:
    return customer.post("/users/addresses", ADDRESS | fields)


def listed(customer: Visitor) -> list[Any]:
    items: list[Any] = customer.get("/users/addresses").ok()["items"]
    return items


def defaults(customer: Visitor) -> list[str]:
    return [item["addressId"] for item in listed(customer) if item["isDefault"]]


def test_addresses_are_added_changed_and_removed(customer: Visitor) -> None:
    assert listed(customer) == []
    first, second = add(customer).ok(), add(customer, street="2 Lane", isDefault=True).ok()
    assert [item["street"] for item in listed(customer)] == ["2 Lane", "1 Lane"]
    assert defaults(customer) == [second["addressId"]]
    path = f"/users/addresses/{first['addressId']}"
    changed = customer.put(path, ADDRESS | {"city": "Falmouth", "postalCode": "TR11 3QX", "isDefault": True}).ok()
    assert (changed["city"], changed["isDefault"], changed["createdAt"]) == ("Falmouth", True, first["createdAt"])
    assert defaults(customer) == [first["addressId"]]
    assert customer.delete(path).status == customer.delete(path).status == 204
    assert defaults(customer) == [second["addressId"]]
    assert customer.put(path, ADDRESS).error == (404, "AddressNotFound")


def test_every_wrong_field_is_named(customer: Visitor) -> None:
    for changes, wrong in (
        ({"country": "US", "postalCode": "N1 9GU"}, {"region", "postalCode"}),
        ({"name": "two\nlines", "street": ""}, {"name", "street"}),
    ):
        answer = add(customer, **changes)
        assert answer.error == (422, "InvalidRequest")
        assert {detail["field"] for detail in answer.body["details"]} == wrong


def test_address_can_be_that_of_an_order(customer: Visitor, admin: Visitor) -> None:
    product = admin.add_product("address-book", 10)
    saved = add(customer, phone="+44 20 7946 0000").ok()
    fields = ("name", "street", "street2", "city", "postalCode", "region", "country", "phone")
    order = customer.order({product: 1}, shippingAddress={field: saved[field] for field in fields}).ok()
    sent_to = customer.get(f"/orders/{order['orderId']}").ok()["shippingAddress"]
    assert (sent_to["street"], sent_to["phone"]) == (saved["street"], saved["phone"])


def test_addresses_of_others_are_not_there(visitor: Visitor, customer: Visitor) -> None:
    path = f"/users/addresses/{add(customer).ok()['addressId']}"
    stranger = visitor.register()
    assert listed(stranger) == []
    assert stranger.put(path, ADDRESS).error == (404, "AddressNotFound")
    stranger.delete(path).ok()
    assert len(listed(customer)) == 1


def test_of_many_additions_at_once_the_limit_holds_and_one_is_the_default(customer: Visitor) -> None:
    for _ in range(LIMIT - 2):
        add(customer).ok()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: add(customer, street=f"{number} Lane", isDefault=True), range(4)))
    assert {answer.status for answer in answers} <= {201, 409, 503}
    assert len(listed(customer)) <= LIMIT
    assert len(defaults(customer)) == 1
    while add(customer).status == 201:
        pass
    assert add(customer).error == (409, "AddressBookFull")
