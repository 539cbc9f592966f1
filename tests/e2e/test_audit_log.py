"""What the shop's people change stands in the audit log, through the front door."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.e2e.browserless import PASSWORD, Visitor


def employ(visitor: Visitor, admin: Visitor, *permissions: str) -> Visitor:
    """One of the staff, who has signed in."""
    member = visitor.register()
    access = {"role": "staff", "permissions": [*permissions]}
    admin.put(f"/users/{member.user['userId']}", access).ok()
    return member.sign_in(member.user["email"], PASSWORD)


def details(admin: Visitor, **query: str) -> list[Any]:
    """What was changed by each act that is found, newest first."""
    found = admin.get("/audit-log", **query).ok()["items"]
    return [admin.get(f"/audit-log/{each['actId']}").ok() for each in found]


def test_who_changed_a_price_when_from_what_to_what(visitor: Visitor, admin: Visitor) -> None:
    clerk = employ(visitor, admin, "catalogue")
    clerk.add_product("audited-lamp")
    clerk.put("/products/audited-lamp", {"name": "Lamp", "price": 99, "category": "tests"}).ok()
    repriced, added = details(admin, thing="product:audited-lamp")
    acts = [(each["act"]["operation"], each["act"]["actorId"], each["act"]["role"]) for each in (added, repriced)]
    clerk_id = clerk.user["userId"]
    assert acts == [("POST /products", clerk_id, "staff"), ("PUT /products/{productId}", clerk_id, "staff")]
    assert repriced["act"]["address"]
    [change] = [each for each in repriced["changes"] if "lowestMinor" in each["after"]]
    assert (change["before"]["lowestMinor"], change["after"]["lowestMinor"]) == (1250, 9900)


def test_who_gave_whom_which_access(visitor: Visitor, admin: Visitor) -> None:
    clerk = employ(visitor, admin, "orders")
    [given] = details(admin, thing=f"user:{clerk.user['userId']}")
    assert given["act"]["actorId"] == admin.user["userId"]
    [change] = given["changes"]
    assert (change["before"]["role"], change["after"]["role"], change["after"]["permissions"]) == (
        "customer",
        "staff",
        ["orders"],
    )


def test_orders_of_customers_are_not_in_it_and_those_that_staff_cancel_are(visitor: Visitor, admin: Visitor) -> None:
    customer, clerk = visitor.register(), employ(visitor, admin, "orders")
    order_id = customer.order({"tide-mug": 1}, "tok_async").ok()["orderId"]
    assert details(admin, thing=f"order:{order_id}") == []
    clerk.put(f"/orders/{order_id}/cancel", None).ok()
    [cancelled] = details(admin, thing=f"order:{order_id}")
    assert cancelled["act"]["operation"] == "PUT /orders/{orderId}/cancel"
    assert "cancelled" in [change["after"].get("status") for change in cancelled["changes"]]


def test_refused_act_is_not_in_it(visitor: Visitor, admin: Visitor) -> None:
    clerk = employ(visitor, admin, "reports")
    assert clerk.put("/variants/tide-mug/stock", {"onHand": 1}).error == (403, "PermissionRequired")
    assert details(admin, actorId=clerk.user["userId"]) == []


def test_act_that_no_table_knows_of_is_in_it(visitor: Visitor, admin: Visitor) -> None:
    operator = employ(visitor, admin, "operations")
    queue = "sms-queue-dead-letters"
    operator.post(f"/ops/dead-letters/{queue}/redrive", None)
    [redriven] = details(admin, actorId=operator.user["userId"])
    assert (redriven["act"]["thing"], redriven["changes"]) == (f"queue:{queue}", [])


def test_pages_and_their_export_are_the_same(visitor: Visitor, admin: Visitor) -> None:
    clerk = employ(visitor, admin, "catalogue")
    for number in range(5):
        clerk.add_product(f"audited-{number}")
    listed = [each for page in admin.pages("/audit-log", actorId=clerk.user["userId"], limit=2) for each in page]
    assert [each["thing"] for each in listed] == [f"product:audited-{number}" for number in range(4, -1, -1)]
    answer = admin.get("/audit-log/export", actorId=clerk.user["userId"])
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.raw.decode())))
    assert [row["actId"] for row in rows] == [each["actId"] for each in listed]


def test_staff_do_not_read_it(visitor: Visitor, admin: Visitor) -> None:
    clerk = employ(visitor, admin, "orders", "catalogue", "customers", "reports", "operations")
    assert clerk.get("/audit-log").error == (403, "AdminOnly")
