"""Operations of the shop's people: what they may do, and is looked up once more where customers call the same."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import (
    ADMIN_ID,
    STAFF_ID,
    Event,
    LambdaFunction,
    admin_event,
    call,
    customer_event,
    make_shop,
    staff_event,
)
from tests.trading import with_customer

from tradewind.aws.table import Delete, Update
from tradewind.edge.access import session_key, user_key
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity.writes import insert_user
from tradewind.kernel.caller import Permission, Role
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.access import SESSION_ID, make_user, open_session

ACCOUNT, SESSION = user_key(ADMIN_ID), session_key(ADMIN_ID, SESSION_ID)


@endpoint(role=Role.CUSTOMER, permission=Permission.ORDERS)
def show_role(request: Request[Empty, Empty], _: Shop) -> dict[str, Any]:
    """Show who is calling."""
    return {"role": request.caller.role}


@endpoint(role=Role.CUSTOMER)
def show_own_role(request: Request[Empty, Empty], _: Shop) -> dict[str, Any]:
    """Show who is calling where there are only customers."""
    return {"role": request.caller.role}


@pytest.fixture
def shop() -> Shop:
    return with_customer(make_shop(), ADMIN_ID)


def test_administrator_is_one(shop: Shop) -> None:
    assert call(show_role, admin_event(), shop) == (200, {"role": "admin"})


@pytest.mark.parametrize(
    "change",
    [
        Update(ACCOUNT, set={"role": "customer"}),
        Update(ACCOUNT, set={"status": "disabled"}),
        Update(ACCOUNT, add={"passwordVersion": 1}),
        Update(SESSION, set={"status": "revoked"}),
        Update(SESSION, set={"expiresAt": 1}),
        Delete(SESSION),
        Delete(ACCOUNT),
    ],
    ids=["demoted", "disabled", "password changed", "signed out", "expired", "session gone", "account gone"],
)
def test_access_that_was_taken_is_gone_at_the_next_request(shop: Shop, change: Update | Delete) -> None:
    shop.table.write(change)
    status, body = call(show_role, admin_event(), shop)
    assert (status, body["error"]) == (401, "SignInRequired")


def test_nothing_is_read_for_customers() -> None:
    assert call(show_role, customer_event(), make_shop()) == (200, {"role": "customer"})


def test_to_an_operation_of_customers_an_administrator_is_one() -> None:
    assert call(show_own_role, admin_event(), make_shop()) == (200, {"role": "customer"})


@endpoint(permission=Permission.CATALOGUE)
def show_stock(request: Request[Empty, Empty], _: Shop) -> dict[str, Any]:
    """Show who is calling an operation of staff."""
    return {"role": request.caller.role}


@endpoint(role=Role.ADMIN)
def show_keys(request: Request[Empty, Empty], _: Shop) -> dict[str, Any]:
    """Show who is calling an operation of administrators alone."""
    return {"role": request.caller.role}


def employ(shop: Shop, *permissions: Permission, second_factor: bool = False) -> None:
    now = shop.clock.now()
    user = make_user(STAFF_ID, Role.STAFF, now, permissions=permissions)
    shop.table.transact([*insert_user(user), open_session(STAFF_ID, now)])
    if second_factor:
        shop.table.write(Update(user_key(STAFF_ID), set={"hasSecondFactor": True}))


class TestPermissions:
    def test_staff_with_the_permission_pass(self, shop: Shop) -> None:
        event = staff_event(permissions=[Permission.CATALOGUE])
        assert call(show_stock, event, shop) == (200, {"role": "staff"})

    @pytest.mark.parametrize("permissions", [[], [each for each in Permission if each is not Permission.CATALOGUE]])
    def test_staff_without_it_do_not(self, shop: Shop, permissions: list[Permission]) -> None:
        status, body = call(show_stock, staff_event(permissions=permissions), shop)
        assert (status, body["error"]) == (403, "PermissionRequired")

    def test_customers_do_not_whatever_they_were_permitted_once(self, shop: Shop) -> None:
        event = customer_event()
        event["requestContext"]["authorizer"]["permissions"] = "catalogue"
        assert call(show_stock, event, shop)[1]["error"] == "PermissionRequired"

    def test_administrators_have_every_permission(self, shop: Shop) -> None:
        assert call(show_stock, admin_event(), shop) == (200, {"role": "admin"})

    def test_no_permission_makes_an_administrator(self, shop: Shop) -> None:
        status, body = call(show_keys, staff_event(permissions=Permission), shop)
        assert (status, body["error"]) == (403, "AdminOnly")

    def test_on_a_shared_operation_the_account_is_asked_not_the_answer_that_was_kept(self, shop: Shop) -> None:
        employ(shop, Permission.ORDERS)
        assert call(show_role, staff_event(), shop) == (200, {"role": "staff"})
        shop.table.write(Update(user_key(STAFF_ID), set={"permissions": ["reports"]}))
        assert call(show_role, staff_event(permissions=[Permission.ORDERS]), shop) == (200, {"role": "customer"})

    def test_to_an_operation_of_customers_staff_are_customers(self, shop: Shop) -> None:
        assert call(show_own_role, staff_event(permissions=Permission), shop) == (200, {"role": "customer"})


class TestSecondFactorOfStaff:
    @pytest.fixture
    def strict(self) -> Shop:
        return make_shop(settings=Settings(staff_second_factor_required=True))

    def test_without_one_they_do_nothing_for_the_shop(self, strict: Shop) -> None:
        employ(strict, Permission.ORDERS)
        asked: list[tuple[LambdaFunction, Event]] = [
            (show_stock, staff_event(permissions=Permission)),
            (show_role, staff_event(permissions=Permission)),
            (show_keys, admin_event()),
        ]
        for endpoint_of_staff, event in asked:
            status, body = call(endpoint_of_staff, event, strict)
            assert (status, body["error"]) == (403, "SecondFactorMissing")

    def test_what_customers_do_they_do_without_one(self, strict: Shop) -> None:
        employ(strict)
        assert call(show_own_role, staff_event(), strict) == (200, {"role": "customer"})
        assert call(show_role, staff_event(), strict) == (200, {"role": "customer"})

    def test_with_one_they_pass(self, strict: Shop) -> None:
        employ(strict, Permission.ORDERS, second_factor=True)
        event = staff_event(permissions=[Permission.CATALOGUE])
        event["requestContext"]["authorizer"]["hasSecondFactor"] = "true"
        assert call(show_stock, event, strict) == (200, {"role": "staff"})
        assert call(show_role, event, strict) == (200, {"role": "staff"})
