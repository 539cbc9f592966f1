from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, FakeClock, admin_event, call, customer_event, public_event, staff_event
from tests.unit.identity.people import EMAIL, Member, at_once, join, login, refresh

from tradewind.aws.events import timeline
from tradewind.identity import handlers, list_handlers, reads, writes
from tradewind.kernel.caller import Permission, Role
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop
from tradewind_tools.memory.access import make_user


def update_profile(shop: Shop, user_id: str, **body: object) -> tuple[int, Any]:
    return call(handlers.update_profile, customer_event(body, user_id=user_id), shop)


def find(shop: Shop, email: str) -> tuple[int, Any]:
    return call(list_handlers.list_users, admin_event(query={"email": email}), shop)


@pytest.mark.parametrize("endpoint", [handlers.get_me, handlers.get_profile], ids=["me", "profile"])
def test_a_customer_reads_their_own_profile(endpoint: Any, shop: Shop, ada: Member) -> None:  # noqa: ANN401 - endpoints of several kinds
    status, body = call(endpoint, customer_event(user_id=ada.user_id), shop)
    assert (status, body["userId"], body["email"], body["role"]) == (200, ada.user_id, EMAIL, "customer")
    assert "passwordHash" not in body


@pytest.mark.parametrize("endpoint", [handlers.get_me, handlers.get_profile, handlers.update_profile])
def test_profile_needs_a_sign_in(endpoint: Any, shop: Shop) -> None:  # noqa: ANN401 - likewise
    status, body = call(endpoint, public_event({"firstName": "A", "lastName": "B"}), shop)
    assert (status, body["error"]) == (401, "SignInRequired")


def test_token_of_a_deleted_user_is_answered_not_found(shop: Shop) -> None:
    assert call(handlers.get_me, customer_event(), shop)[1]["error"] == "UserNotFound"
    assert update_profile(shop, CUSTOMER_ID, firstName="A", lastName="B")[1]["error"] == "UserNotFound"
    assert reads.find_user(shop.table, CUSTOMER_ID) is None


def test_a_profile_is_replaced_as_a_whole(shop: Shop, ada: Member, clock: FakeClock) -> None:
    clock.advance(60)
    _, named = update_profile(shop, ada.user_id, firstName="Augusta", lastName="King", phone="+44 20 7946 0000")
    assert (named["firstName"], named["lastName"], named["phone"]) == ("Augusta", "King", "+44 20 7946 0000")
    assert named["updatedAt"] > named["createdAt"]
    _, again = update_profile(shop, ada.user_id, firstName="Ada", lastName="Lovelace")
    assert (again["firstName"], again["phone"]) == ("Ada", None)
    assert call(handlers.get_me, customer_event(user_id=ada.user_id), shop) == (200, again)


def test_a_profile_changes_neither_role_nor_address(shop: Shop, ada: Member) -> None:
    forbidden = {"role": "admin", "email": "eve@example.com", "status": "disabled"}
    status, body = update_profile(shop, ada.user_id, firstName="A", lastName="B", **forbidden)
    assert (status, sorted(detail["field"] for detail in body["details"])) == (422, sorted(forbidden))


def test_concurrent_updates_each_raise_the_version(shop: Shop, ada: Member) -> None:
    answers = at_once(8, lambda: update_profile(shop, ada.user_id, firstName="A", lastName="B"))
    user = reads.find_user(shop.table, ada.user_id)
    assert [status for status, _ in answers] == [200] * 8
    assert user is not None
    assert user.version == 9


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lastName": "B"}, "firstName"),
        ({"firstName": "A", "lastName": ""}, "lastName"),
        ({"firstName": "Your parcel is held, pay at http://evil.example"}, "firstName"),
        ({"firstName": "evil.example"}, "firstName"),
        ({"firstName": "A\u200b"}, "firstName"),
        ({"firstName": "12345"}, "firstName"),
        ({"firstName": "\U0001f600"}, "firstName"),
        ({"firstName": "ada@example.com"}, "firstName"),
        ({"firstName": "A" * 61}, "firstName"),
        ({"firstName": "", "lastName": "B"}, "firstName"),
        ({"firstName": "A", "lastName": "B\x00"}, "lastName"),
        ({"firstName": "A", "lastName": "B", "phone": "call me"}, "phone"),
        ({"firstName": "A", "lastName": "B", "phone": "+44 20 7946 0000\n"}, "phone"),
        ({"firstName": "A", "lastName": "B", "phone": "1"}, "phone"),
    ],
)
def test_invalid_profile_is_refused_and_names_the_field(
    shop: Shop, ada: Member, body: dict[str, str], field: str
) -> None:
    status, answer = update_profile(shop, ada.user_id, **body)
    assert (status, [detail["field"] for detail in answer["details"]]) == (422, [field])


def test_last_name_that_is_left_out_is_removed(shop: Shop, ada: Member) -> None:
    status, body = update_profile(shop, ada.user_id, firstName="Sukarno")
    assert (status, body["firstName"], body["lastName"]) == (200, "Sukarno", None)


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "李",
        "O'Hara",
        "María José",
        "<b>",
        "van 't Hoff",
        "J. R. R.",
        "علی‌رضا",
        "Nguyễn",
        "सीता",
        "\U00020bb7",
        "Smith 3rd",
    ],
)
def test_names_of_any_script_and_sign_are_accepted(shop: Shop, ada: Member, name: str) -> None:
    status, body = update_profile(shop, ada.user_id, firstName=name, lastName=name)
    assert (status, body["firstName"]) == (200, name)


def test_an_administrator_finds_a_user_by_address(shop: Shop, ada: Member) -> None:
    join(shop, "eve@example.com")
    status, body = find(shop, "ADA@example.com")
    assert status == 200
    assert [user["userId"] for user in body["items"]] == [ada.user_id]
    assert body["nextCursor"] is None


@pytest.mark.usefixtures("ada")
def test_unknown_address_finds_an_empty_list(shop: Shop) -> None:
    assert find(shop, "nobody@example.com") == (200, {"items": [], "nextCursor": None})


def test_an_administrator_reads_any_profile(shop: Shop, ada: Member) -> None:
    status, body = call(handlers.get_user, admin_event(path={"userId": ada.user_id}), shop)
    assert (status, body["email"]) == (200, EMAIL)
    status, body = call(handlers.get_user, admin_event(path={"userId": ADMIN_ID}), shop)
    assert (status, body["error"]) == (404, "UserNotFound")
    assert call(handlers.get_user, admin_event(path={"userId": "../x"}), shop)[0] == 422


@pytest.mark.parametrize("endpoint", [list_handlers.list_users, handlers.get_user])
def test_customer_may_not_look_up_users(endpoint: Any, shop: Shop, ada: Member) -> None:  # noqa: ANN401 - likewise
    request = customer_event(user_id=ada.user_id, path={"userId": ada.user_id}, query={"email": EMAIL})
    status, body = call(endpoint, request, shop)
    assert (status, body["error"]) == (403, "PermissionRequired")


def update_user(shop: Shop, user_id: str, **body: object) -> tuple[int, Any]:
    return call(handlers.update_user, admin_event(body, path={"userId": user_id}), shop)


class TestUpdateUser:
    def test_closed_account_cannot_sign_in_and_has_no_session_until_it_signs_in_again(
        self, shop: Shop, ada: Member
    ) -> None:
        status, body = update_user(shop, ada.user_id, status="disabled")
        assert (status, body["status"], body["role"]) == (200, "disabled", "customer")
        assert login(shop)[1]["error"] == "AccountDisabled"
        assert refresh(shop, ada.refresh_token)[0] == 401
        assert update_user(shop, ada.user_id, status="active")[0] == 200
        assert refresh(shop, ada.refresh_token)[0] == 401
        assert login(shop)[0] == 200

    def test_role_is_given_and_taken(self, shop: Shop, ada: Member) -> None:
        assert update_user(shop, ada.user_id, role="admin")[1]["role"] == "admin"
        assert update_user(shop, ada.user_id, role="customer")[1]["role"] == "customer"
        assert refresh(shop, ada.refresh_token)[0] == 200

    def test_event_says_what_was_changed_and_by_whom_once(self, shop: Shop, ada: Member) -> None:
        for _ in range(2):
            update_user(shop, ada.user_id, role="admin")
        recorded = [
            event for event in timeline(shop.table, user_partition(ada.user_id)) if event.type == "AccessChanged"
        ]
        assert [event.data for event in recorded] == [
            {"userId": ada.user_id, "role": "admin", "status": "active", "changedBy": ADMIN_ID}
        ]

    def test_own_account_is_left_to_others(self, shop: Shop) -> None:
        shop.table.transact(writes.insert_user(make_user(ADMIN_ID, Role.ADMIN, shop.clock.now())))
        status, body = update_user(shop, ADMIN_ID, role="customer")
        assert (status, body["error"]) == (409, "OwnAccount")

    @pytest.mark.parametrize(
        "body", [{"role": "public"}, {"status": "gone"}, {"role": 1}, {"passwordHash": "x"}, {"permissions": ["all"]}]
    )
    def test_anything_else_is_refused(self, shop: Shop, ada: Member, body: dict[str, object]) -> None:
        assert update_user(shop, ada.user_id, **body)[0] == 422

    def test_unknown_user_is_not_found(self, shop: Shop) -> None:
        assert update_user(shop, CUSTOMER_ID, status="disabled")[1]["error"] == "UserNotFound"

    def test_permissions_are_given_to_staff_and_taken_with_the_role(self, shop: Shop, ada: Member) -> None:
        _, body = update_user(shop, ada.user_id, role="staff", permissions=["reports", "orders", "orders"])
        assert (body["role"], body["permissions"]) == ("staff", ["orders", "reports"])
        assert update_user(shop, ada.user_id, status="active")[1]["permissions"] == ["orders", "reports"]
        assert update_user(shop, ada.user_id, permissions=["orders"])[1]["permissions"] == ["orders"]
        assert update_user(shop, ada.user_id, role="customer")[1]["permissions"] == []
        assert update_user(shop, ada.user_id, role="staff")[1]["permissions"] == []

    @pytest.mark.parametrize("role", ["customer", "admin"])
    def test_only_staff_have_permissions(self, shop: Shop, ada: Member, role: str) -> None:
        status, body = update_user(shop, ada.user_id, role=role, permissions=["orders"])
        assert (status, body["error"]) == (422, "OnlyStaffHavePermissions")

    def test_staff_close_and_reopen_accounts_of_customers(self, shop: Shop, ada: Member) -> None:
        for status in ("disabled", "active"):
            assert update_as_staff(shop, ada.user_id, status=status)[1]["status"] == status

    @pytest.mark.parametrize(
        "body", [{"role": "staff"}, {"role": "admin"}, {"role": "staff", "permissions": ["orders"]}]
    )
    def test_staff_give_no_access(self, shop: Shop, ada: Member, body: dict[str, object]) -> None:
        status, answer = update_as_staff(shop, ada.user_id, **body)
        assert (status, answer["error"]) == (403, "AdminOnly")

    @pytest.mark.parametrize("role", ["staff", "admin"])
    def test_staff_do_not_touch_the_shops_people(self, shop: Shop, ada: Member, role: str) -> None:
        update_user(shop, ada.user_id, role=role)
        status, answer = update_as_staff(shop, ada.user_id, status="disabled")
        assert (status, answer["error"]) == (403, "AdminOnly")


def update_as_staff(shop: Shop, user_id: str, **body: object) -> tuple[int, Any]:
    event = staff_event(body, permissions=[Permission.CUSTOMERS], path={"userId": user_id})
    return call(handlers.update_user, event, shop)
