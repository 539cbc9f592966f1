"""The list of accounts: the newest, by address, by name."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import FakeClock, admin_event, call, customer_event, public_event, staff_event
from tests.unit.identity.people import EMAIL, Member, register

from tradewind.aws.table import Key
from tradewind.identity import handlers, list_handlers, reads, sign_in, writes
from tradewind.identity.closing import close_account
from tradewind.identity.model import User
from tradewind.identity.reads import listed_account_key, listed_names_key
from tradewind.kernel.caller import Permission
from tradewind.shop import Shop

NAMES = [
    ("Ada", "Lovelace"),
    ("Åsa", "Lövgren"),
    ("Zoë", None),
    ("Lou", "Adams"),
    ("Ada", "Ada"),
    ("Émile", "du Châtelet"),
]


def search(shop: Shop, **query: str) -> tuple[int, Any]:
    event = staff_event(permissions=[Permission.CUSTOMERS], query=query)
    return call(list_handlers.list_users, event, shop)


def found(shop: Shop, **query: str) -> list[str]:
    """The addresses before the @, of all pages."""
    addresses: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        status, body = search(shop, **query, **cursor)
        assert status == 200, body
        addresses += [item["email"].partition("@")[0] for item in body["items"]]
        if not body["nextCursor"]:
            return addresses
        cursor = {"cursor": body["nextCursor"]}


def find(shop: Shop, address: str) -> User:
    user = reads.find_user_by_email(shop.table, f"{address}@example.com")
    assert user is not None
    return user


@pytest.fixture
def people(shop: Shop, clock: FakeClock) -> list[str]:
    """The addresses of accounts with those names, the oldest first."""
    addresses = []
    for number, (first, last) in enumerate(NAMES):
        clock.advance(1)
        names = {"firstName": first} | ({"lastName": last} if last else {})
        body = {"email": f"person{number}@example.com", "password": "analytical engine", **names}
        assert register_with(shop, body) == 201
        addresses.append(f"person{number}")
    return addresses


def register_with(shop: Shop, body: dict[str, str]) -> int:
    return call(sign_in.register, public_event(body), shop)[0]


@pytest.mark.parametrize("limit", ["1", "2", "5", "100"])
def test_all_accounts_are_listed_once_with_the_newest_first(shop: Shop, people: list[str], limit: str) -> None:
    assert found(shop, limit=limit) == people[::-1]


def test_last_page_has_no_cursor(shop: Shop, people: list[str]) -> None:
    assert search(shop, limit=str(len(people)))[1]["nextCursor"] is None


@pytest.mark.parametrize("limit", ["1", "2", "100"])
@pytest.mark.parametrize(
    ("prefix", "numbers"),
    [
        ("ada", [4, 3, 0]),
        ("ADA L", [0]),
        ("lovelace a", [0]),
        ("lo", [3, 0, 1]),
        ("LÖ", [3, 0, 1]),
        ("asa", [1]),
        ("zoe", [2]),
        ("Emile  du", [5]),
        ("du chatelet", [5]),
        ("nobody", []),
    ],
)
def test_accounts_are_found_by_either_name_and_each_once(
    shop: Shop, people: list[str], prefix: str, numbers: list[int], limit: str
) -> None:
    assert sorted(found(shop, namePrefix=prefix, limit=limit)) == sorted(people[number] for number in numbers)


def test_accounts_are_found_by_the_beginning_of_an_address_in_its_order(shop: Shop, people: list[str]) -> None:
    register(shop)
    assert found(shop, emailPrefix="PERSON", limit="4") == people
    assert found(shop, emailPrefix="ada@exa") == ["ada"]
    assert found(shop, emailPrefix="20") == []


def test_names_are_searched_by_two_letters_at_least(shop: Shop) -> None:
    for prefix in ("a", "  a", "\u0301\u0301a"):
        status, body = search(shop, namePrefix=prefix)
        assert (status, [detail["field"] for detail in body["details"]]) == (422, ["namePrefix"])


def test_one_thing_is_sought_at_a_time(shop: Shop) -> None:
    status, body = search(shop, email=EMAIL, namePrefix="ada")
    assert (status, [detail["field"] for detail in body["details"]]) == (422, ["email", "namePrefix"])


def test_lists_are_of_a_role_and_a_status(shop: Shop, people: list[str]) -> None:
    change(shop, people[0], role="staff", permissions=["orders"])
    change(shop, people[1], role="admin")
    change(shop, people[2], status="disabled")
    assert found(shop, role="staff") == [people[0]]
    assert found(shop, role="admin", namePrefix="as") == [people[1]]
    assert found(shop, status="disabled") == [people[2]]
    assert found(shop, status="disabled", role="staff") == []
    assert found(shop, role="customer", status="active") == people[:2:-1]
    assert found(shop, email="person0@example.com", role="customer") == []
    assert found(shop, email="person0@example.com", role="staff") == [people[0]]
    assert len(found(shop)) == len(people)


def test_renamed_account_is_found_by_its_new_name_alone(shop: Shop, ada: Member) -> None:
    event = customer_event({"firstName": "Augusta", "lastName": "King"}, user_id=ada.user_id)
    assert call(handlers.update_profile, event, shop)[0] == 200
    assert found(shop, namePrefix="king") == ["ada"]
    assert found(shop, namePrefix="lovelace") == []


def test_another_telephone_writes_no_list(shop: Shop, ada: Member) -> None:
    before = shop.table.get(listed_names_key(ada.user_id))
    shop.table.write(writes.unlist_user(ada.user_id)[1])
    body = {"firstName": "Ada", "lastName": "Lovelace", "phone": "+44 20 7946 0000"}
    assert call(handlers.update_profile, customer_event(body, user_id=ada.user_id), shop)[0] == 200
    assert before is not None
    assert shop.table.get(listed_names_key(ada.user_id)) is None


def test_sign_in_writes_nothing_that_is_in_a_list(shop: Shop, ada: Member) -> None:
    user = reads.find_user(shop.table, ada.user_id)
    assert user is not None
    assert user.last_login_at is not None
    profile = shop.table.get(Key(f"USER#{ada.user_id}", "PROFILE")) or {}
    assert not any(name.startswith("GSI1") for name in profile)
    listed = shop.table.get(listed_account_key(ada.user_id)) or {}
    assert sorted(listed) == ["GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK", "PK", "SK", "userId"]


def test_account_that_is_being_deleted_is_in_no_list(shop: Shop, people: list[str]) -> None:
    shop.table.transact(close_account(find(shop, people[0]), shop))
    assert found(shop) == people[:0:-1]
    assert found(shop, namePrefix="ada") == [people[4], people[3]]
    assert found(shop, email="person0@example.com") == []


def test_cursor_is_good_for_its_list_alone(shop: Shop, people: list[str]) -> None:
    cursor = search(shop, limit=str(len(people) - 1))[1]["nextCursor"]
    assert search(shop, cursor=cursor)[0] == 200
    status, body = search(shop, cursor=cursor, role="customer")
    assert (status, body["error"]) == (422, "InvalidCursor")


def test_staff_with_another_permission_see_no_list(shop: Shop) -> None:
    event = staff_event(permissions=[Permission.ORDERS])
    assert call(list_handlers.list_users, event, shop)[1]["error"] == "PermissionRequired"


def change(shop: Shop, address: str, **access: object) -> None:
    user = find(shop, address)
    assert call(handlers.update_user, admin_event(access, path={"userId": user.user_id}), shop)[0] == 200
