"""Every operation of the document, asked by everybody who should not get through, and by those who should."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from tests.e2e.browserless import PASSWORD, Visitor
from tests.e2e.conftest import ADMIN
from tests.e2e.test_identity import NEW_PASSWORD, change_account, sign, with_claims, with_header

from tradewind.kernel.caller import Permission
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Route
from tradewind_tools.localcloud.cloud import LocalCloud

ANYBODYS_ID = "01KAJ0ANYB0D00000000000001"
REFUSED, NO_ACCOUNT = (401, "SignInRequired"), (403, "AccountRequired")
NOT_PERMITTED, ADMIN_ONLY = (403, "PermissionRequired"), (403, "AdminOnly")
NOT_LET_IN = {REFUSED, NO_ACCOUNT, NOT_PERMITTED, ADMIN_ONLY}
ENDS_OTHER_SESSIONS = "session-end-others"


class Operation(NamedTuple):
    name: str
    role: str
    permission: str
    method: str
    path: str
    takes_body: bool

    def ask(self, visitor: Visitor) -> tuple[int, str]:
        """Ask for it with an empty body and an id of nobody's: what gets through, changes nothing of others."""
        body: object = {} if self.takes_body or self.method in {"POST", "PUT"} else None
        answer = replace(visitor, contract=None).ask(self.method, self.path, body)
        return answer.status, answer.body.get("error", "") if isinstance(answer.body, dict) else ""


@pytest.fixture(scope="module")
def operations(visitor: Visitor) -> list[Operation]:
    """All of them, the one that changes its caller's own access last."""
    document: dict[str, Any] = visitor.get("/openapi.json").ok()
    found = [
        Operation(
            name=one["operationId"],
            role=one["x-role"],
            permission=one.get("x-permission", ""),
            method=method.upper(),
            path=_fill(path),
            takes_body="requestBody" in one,
        )
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    return sorted(found, key=lambda each: each.name == ENDS_OTHER_SESSIONS)


def _fill(path: str) -> str:
    return "/".join(ANYBODYS_ID if part.startswith("{") else part for part in path.split("/"))


@pytest.fixture(scope="module")
def strangers(cloud: LocalCloud, visitor: Visitor) -> dict[str, Visitor]:
    """Those who have no access, or none any more, to anything that is not public; each token is used here first."""
    member, guest = visitor.register(), visitor.as_guest()
    now = int(time.time())
    found = {
        "nobody": visitor,
        "tampered": replace(member, token=with_claims(member.token, role="admin")),
        "without algorithm": replace(member, token=with_header(member.token, alg="none").rpartition(".")[0] + "."),
        "another algorithm": replace(member, token=_signed_by_another_algorithm(member.token)),
        "expired": replace(member, token=sign(cloud, member.token, {"iat": now - 1_000, "exp": now - 100})),
        "of another stage": replace(member, token=sign(cloud, member.token, {"aud": "prod"})),
        "guest with the role of a customer": replace(guest, token=with_claims(guest.token, role="customer")),
        "guest with the id of a customer": replace(guest, token=with_claims(guest.token, sub=member.user["userId"])),
        "guest by the type of an account": replace(guest, token=sign(cloud, guest.token, {"typ": "access"})),
        "expired guest": replace(guest, token=sign(cloud, guest.token, {"iat": now - 1_000, "exp": now - 100})),
        "refresh token": replace(member, token=member.refresh_token),
    }
    found["signed out"] = _member(visitor, cloud)
    keeper = found["signed out"].sign_in(found["signed out"].user["email"], PASSWORD)
    keeper.post("/auth/logout", {"refreshToken": found["signed out"].refresh_token}).ok()
    found["password changed"] = _member(visitor, cloud)
    keeper = found["password changed"].sign_in(found["password changed"].user["email"], PASSWORD)
    keeper.put("/users/password", {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}).ok()
    for name, role, field, value in (
        ("closed", "customer", "status", "disabled"),
        ("closed administrator", "admin", "status", "disabled"),
        ("demoted administrator", "admin", "role", "customer"),
        ("closed staff", "staff", "status", "disabled"),
        ("demoted staff", "staff", "role", "customer"),
    ):
        found[name] = _member(visitor, cloud, role)
        change_account(cloud, found[name], field, value)
    return found


def _member(visitor: Visitor, cloud: LocalCloud, role: str = "customer") -> Visitor:
    member = visitor.register()
    change_account(cloud, member, "role", role)
    return member.sign_in(member.user["email"], PASSWORD)


def _signed_by_another_algorithm(token: str) -> str:
    """With what everybody knows as the key, as where a public key is taken for a shared one."""
    header, claims, _ = with_header(token, alg="HS512").split(".")
    signature = hmac.digest(b"tradewind", f"{header}.{claims}".encode(), hashlib.sha512)
    return f"{header}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _wrong(operations: list[Operation], visitor: Visitor, expected: dict[str, tuple[int, str]]) -> Iterator[str]:
    for each in operations:
        if each.role in expected and (answer := each.ask(visitor)) != expected[each.role]:
            yield f"{each.name}: {answer}"


def test_nobody_without_access_gets_through(operations: list[Operation], strangers: dict[str, Visitor]) -> None:
    refused = dict.fromkeys(("guest", "customer", "staff", "admin"), REFUSED)
    wrong = {name: [*_wrong(operations, stranger, refused)] for name, stranger in strangers.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_guest_gets_through_to_operations_of_guests_alone(operations: list[Operation], visitor: Visitor) -> None:
    guest = visitor.as_guest()
    assert [*_wrong(operations, guest, {"customer": NO_ACCOUNT, "staff": NOT_PERMITTED, "admin": ADMIN_ONLY})] == []
    answers = {each.name: each.ask(guest) for each in operations if each.role == "guest"}
    assert {"cart-get", "cart-add-item", "cart-update-item", "cart-remove-item", "cart-clear"} == answers.keys()
    assert {name: answer for name, answer in answers.items() if answer in NOT_LET_IN} == {}


def test_customer_gets_through_to_operations_of_customers_alone(operations: list[Operation], customer: Visitor) -> None:
    assert [*_wrong(operations, customer, {"staff": NOT_PERMITTED, "admin": ADMIN_ONLY})] == []
    answers = {each.name: each.ask(customer) for each in operations if each.role in {"guest", "customer"}}
    assert {name: answer for name, answer in answers.items() if answer in NOT_LET_IN} == {}


def test_administrator_gets_through_to_all(operations: list[Operation], visitor: Visitor) -> None:
    admin = visitor.sign_in(ADMIN.email, ADMIN.password)
    asked = {each.name: each.ask(admin) for each in operations if each.name != ENDS_OTHER_SESSIONS}
    assert {name: answer for name, answer in asked.items() if answer in NOT_LET_IN} == {}


@pytest.mark.parametrize("permission", Permission)
def test_staff_get_through_to_what_their_permission_names_alone(
    operations: list[Operation], visitor: Visitor, permission: Permission
) -> None:
    employee = _employee(visitor, permission)
    asked = {each: each.ask(employee) for each in operations if each.name != ENDS_OTHER_SESSIONS}
    refused = {each.name for each, answer in asked.items() if answer in NOT_LET_IN}
    others = {each.name for each in operations if each.role == "staff" and each.permission != permission}
    assert refused == others | {each.name for each in operations if each.role == "admin"}


def test_permission_that_was_taken_a_second_ago_is_gone(
    operations: list[Operation], visitor: Visitor, admin: Visitor
) -> None:
    """Also where API Gateway let the same token in before."""
    employee = _employee(visitor, *Permission)
    stranger_order = visitor.register().order({"tide-mug": 1}, "tok_async").ok()["orderId"]
    staff_only = [each for each in operations if each.role == "staff"]
    assert not [each.name for each in staff_only if each.ask(employee) in NOT_LET_IN]
    assert employee.get(f"/orders/{stranger_order}").status == 200
    admin.put(f"/users/{employee.user['userId']}", {"permissions": []}).ok()
    assert [*_wrong(operations, employee, {"staff": NOT_PERMITTED})] == []
    assert employee.get(f"/orders/{stranger_order}").error == (404, "OrderNotFound")


def _employee(visitor: Visitor, *permissions: Permission) -> Visitor:
    """One of the staff with these permissions, and a token of their own."""
    member = visitor.register()
    administrator = visitor.sign_in(ADMIN.email, ADMIN.password)
    access = {"role": "staff", "permissions": [*permissions]}
    administrator.put(f"/users/{member.user['userId']}", access).ok()
    return member.sign_in(member.user["email"], PASSWORD)


def test_every_operation_says_who_may_call_it(operations: list[Operation]) -> None:
    assert {each.role for each in operations} <= {"public", "guest", "customer", "staff", "admin"}
    assert {each.permission for each in operations if each.role == "staff"} == {*Permission}
    routed = {each.name for each in FUNCTIONS if isinstance(each.trigger, Route)}
    assert {each.name for each in operations} == routed


def test_orders_and_sessions_of_others_are_not_found(
    operations: list[Operation], visitor: Visitor, customer: Visitor
) -> None:
    """Whatever id a customer has learned."""
    owned = {
        "/orders/": customer.order({"tide-mug": 1}, "tok_async").ok()["orderId"],
        "/users/sessions/": customer.refresh_token.split(".")[1],
    }
    stranger, tried = visitor.register(), {}
    for each in operations:
        for beginning, owned_id in owned.items():
            if each.role == "customer" and each.path.startswith(f"{beginning}{ANYBODYS_ID}"):
                foreign = each._replace(path=each.path.replace(ANYBODYS_ID, owned_id, 1))
                tried[each.name] = foreign.ask(stranger)[0]
    assert {"order-get", "order-cancel", "session-end"} <= tried.keys()
    assert set(tried.values()) == {404}, json.dumps(tried)
    assert customer.get(f"/orders/{owned['/orders/']}").ok()["status"] != "cancelled"
