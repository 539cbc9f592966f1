"""Operations that customers and administrators share: an administrator's access is looked up once more."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import ADMIN_ID, admin_event, call, customer_event, make_shop
from tests.trading import with_customer

from tradewind.aws.table import Delete, Update
from tradewind.edge.access import session_key, user_key
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.shop import Shop
from tradewind_tools.memory.access import SESSION_ID

ACCOUNT, SESSION = user_key(ADMIN_ID), session_key(ADMIN_ID, SESSION_ID)


@endpoint(role=Role.CUSTOMER, is_shared=True)
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
