from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, FakeClock, call, customer_event, guest_event, make_shop
from tests.unit.identity.people import at_once

from tradewind.aws.table import Delete, Key, Update, Write
from tradewind.identity.address_book import MAX_ADDRESSES
from tradewind.identity.address_handlers import add_address, list_addresses, remove_address, update_address
from tradewind.identity.address_store import address_book_key, address_key, read_address_book
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

LONDON = {
    "name": "Ada Lovelace",
    "street": "12 St James's Square",
    "street2": "Flat 2",
    "city": "London",
    "postalCode": "SW1Y 4JH",
    "region": "",
    "country": "GB",
    "phone": "+44 20 7946 0000",
}
NOBODYS_ID = "01KAJ0ADDR0000000000000099"


class OvertakenTable(MemoryTable):
    """At each of the next transactions, another change of the book comes first."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.first: Update | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        if self.first and self.times:
            self.times -= 1
            self.write(self.first)
        super().transact(writes)


def add(shop: Shop, user_id: str = CUSTOMER_ID, **fields: object) -> tuple[int, Any]:
    return call(add_address, customer_event(LONDON | fields, user_id=user_id), shop)


def update(shop: Shop, address_id: str, user_id: str = CUSTOMER_ID, **fields: object) -> tuple[int, Any]:
    event = customer_event(LONDON | fields, user_id=user_id, path={"addressId": address_id})
    return call(update_address, event, shop)


def remove(shop: Shop, address_id: str, user_id: str = CUSTOMER_ID) -> tuple[int, Any]:
    return call(remove_address, customer_event(user_id=user_id, path={"addressId": address_id}), shop)


def listed(shop: Shop, user_id: str = CUSTOMER_ID) -> list[Any]:
    status, body = call(list_addresses, customer_event(user_id=user_id), shop)
    assert status == 200
    items: list[Any] = body["items"]
    return items


def defaults(shop: Shop) -> list[str]:
    return [item["addressId"] for item in listed(shop) if item["isDefault"]]


def test_added_address_is_returned_and_listed(shop: Shop, clock: FakeClock) -> None:
    status, body = add(shop)
    times = {"createdAt": body["createdAt"], "updatedAt": body["createdAt"]}
    assert (status, body) == (201, {**LONDON, **times, "addressId": body["addressId"], "isDefault": True})
    assert len(body["addressId"]) == 26
    clock.advance(1)
    newer = add(shop)[1]
    assert listed(shop) == [newer, body]


def test_fields_that_are_left_out_are_empty(shop: Shop) -> None:
    body = {"street": "12 Harbour Road", "city": "Portsmouth", "postalCode": "PO1 2AB", "country": "GB"}
    added = call(add_address, customer_event(body), shop)[1]
    assert (added["name"], added["street2"], added["region"], added["phone"]) == ("", "", "", "")


def test_every_wrong_field_is_named_by_the_rules_of_the_country(shop: Shop) -> None:
    status, body = add(shop, country="US", city="", region="", postalCode="SW1Y 4JH")
    assert (status, body["error"]) == (422, "InvalidRequest")
    assert {detail["field"] for detail in body["details"]} == {"city", "region", "postalCode"}
    status, body = add(shop, street="", phone="see www.example.com")
    assert {detail["field"] for detail in body["details"]} == {"street", "phone"}
    assert [detail["field"] for detail in add(shop, country="UK")[1]["details"]] == ["country"]
    assert listed(shop) == []


def test_another_address_becomes_the_default(shop: Shop, clock: FakeClock) -> None:
    first = add(shop)[1]["addressId"]
    clock.advance(1)
    second = add(shop, isDefault=True)[1]["addressId"]
    assert defaults(shop) == [second]
    assert update(shop, first, isDefault=True)[1]["isDefault"]
    assert defaults(shop) == [first]
    assert update(shop, first)[1]["isDefault"], "the default stays it until another is"


def test_address_is_replaced_as_a_whole(shop: Shop, clock: FakeClock) -> None:
    added = add(shop)[1]
    clock.advance(60)
    status, body = update(shop, added["addressId"], street="1 Lane", street2="", phone="")
    assert (status, body["street"], body["street2"], body["phone"]) == (200, "1 Lane", "", "")
    assert body["createdAt"] == added["createdAt"] < body["updatedAt"]
    assert listed(shop) == [body]
    assert "phone" not in (shop.table.get(address_key(CUSTOMER_ID, added["addressId"])) or {})


def test_removed_address_is_gone_and_the_newest_is_the_default(shop: Shop, clock: FakeClock) -> None:
    ids = []
    for _ in range(3):
        ids.append(add(shop)[1]["addressId"])
        clock.advance(1)
    for _ in range(2):
        assert remove(shop, ids[0]) == (204, None)
    assert [item["addressId"] for item in listed(shop)] == [ids[2], ids[1]]
    assert defaults(shop) == [ids[2]]
    for each in ids:
        remove(shop, each)
    assert listed(shop) == []
    assert add(shop)[1]["isDefault"]


def test_book_holds_twenty_addresses(shop: Shop) -> None:
    ids = [add(shop)[1]["addressId"] for _ in range(MAX_ADDRESSES)]
    status, body = add(shop)
    assert (status, body["error"]) == (409, "AddressBookFull")
    assert update(shop, ids[0], street="1 Lane")[0] == 200
    remove(shop, ids[1])
    assert add(shop)[0] == 201


def test_address_of_somebody_else_is_not_found(shop: Shop) -> None:
    address_id = add(shop)[1]["addressId"]
    assert listed(shop, ADMIN_ID) == []
    for wanted in (address_id, NOBODYS_ID):
        status, body = update(shop, wanted, ADMIN_ID)
        assert (status, body["error"]) == (404, "AddressNotFound")
    assert remove(shop, address_id, ADMIN_ID)[0] == 204
    assert [item["addressId"] for item in listed(shop)] == [address_id]


def test_guest_has_no_address_book(shop: Shop) -> None:
    assert call(list_addresses, guest_event(), shop)[1]["error"] == "AccountRequired"


def test_of_many_additions_at_once_none_is_over_the_limit(shop: Shop) -> None:
    for _ in range(MAX_ADDRESSES - 1):
        add(shop)
    answers = Counter(at_once(4, lambda: add(shop)[0]))
    assert (answers[201], len(listed(shop))) == (1, MAX_ADDRESSES)


def test_of_two_defaults_at_once_one_stays(shop: Shop) -> None:
    ids = [add(shop)[1]["addressId"] for _ in range(3)]
    wanted = ids[1:]
    assert set(at_once(2, lambda: update(shop, wanted.pop(), isDefault=True)[0])) == {200}
    assert len(defaults(shop)) == 1


@pytest.mark.parametrize(("times", "status"), [(4, 201), (5, 503)])
def test_change_that_is_overtaken_is_tried_again(times: int, status: int) -> None:
    table = OvertakenTable(0)
    shop = make_shop(table=table)
    add(shop)
    table.times, table.first = times, Update(address_book_key(CUSTOMER_ID), add={"version": 1})
    assert add(shop)[0] == status
    assert len(listed(shop)) == (2 if status == 201 else 1)


def test_default_that_is_gone_is_replaced_by_the_newest(shop: Shop, clock: FakeClock) -> None:
    """What a query sees that meets a change half way."""
    first = add(shop)[1]["addressId"]
    clock.advance(1)
    second = add(shop)[1]["addressId"]
    shop.table.write(Delete(address_key(CUSTOMER_ID, first)))
    assert read_address_book(shop.table, CUSTOMER_ID).default_id == second


def test_reading_takes_one_round_trip_and_a_change_two() -> None:
    asked: list[str] = []

    class CountedTable(MemoryTable):
        def query(self, query: Any) -> Any:  # noqa: ANN401 - handed on as it is
            asked.append("query")
            return super().query(query)

        def transact(self, writes: Sequence[Write]) -> None:
            asked.append("transact")
            super().transact(writes)

        def get(self, key: Key, *, consistent: bool = False) -> Any:  # noqa: ANN401 - likewise
            asked.append("get")
            return super().get(key, consistent=consistent)

    shop = make_shop(table=CountedTable())
    address_id = add(shop)[1]["addressId"]
    update(shop, address_id)
    listed(shop)
    remove(shop, address_id)
    assert asked == ["query", "transact"] * 2 + ["query"] + ["query", "transact"]
