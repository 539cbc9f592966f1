from __future__ import annotations

import json
from typing import Any

from tests.e2e.browserless import Visitor, until


def verified(visitor: Visitor) -> Visitor:
    customer = visitor.register()
    customer.post("/auth/verify-email", {"token": customer.verification_link().removeprefix("/?verify=")}).ok()
    return customer


def fetch(somebody: Visitor, token: str) -> list[Any]:
    return [json.loads(line) for line in somebody.get(f"/exports/{token}").raw.decode().splitlines()]


def test_customer_gets_a_copy_of_everything_by_mail(visitor: Visitor, admin: Visitor) -> None:
    admin.add_product("own-data", 5)
    customer = verified(visitor)
    order_id = customer.order({"own-data": 2}).ok()["orderId"]
    customer.wait_until_settled(order_id)
    export_id = customer.post("/users/me/exports", None).ok()["exportId"]
    until(lambda: customer.get(f"/users/me/exports/{export_id}").ok(), lambda found: found["status"] == "ready")
    found = fetch(visitor, customer.export_token())
    assert all("kind" in record for record in found), found
    by_kind = {record["kind"]: record["data"] for record in found}
    assert by_kind["User"]["email"] == customer.user["email"]
    assert by_kind["Order"]["shippingAddress"]["street"] == "1 Lane"
    assert by_kind["Order"]["orderId"] == order_id
    assert by_kind["Payment"]["amountMinor"] == 2_500


def test_second_copy_within_a_day_is_refused(visitor: Visitor) -> None:
    customer = verified(visitor)
    customer.post("/users/me/exports", None).ok()
    answer = customer.post("/users/me/exports", None)
    assert answer.error == (429, "TooManyExports")
    assert int(answer.headers["retry-after"]) > 86_000


def test_copy_is_refused_without_a_verified_address(visitor: Visitor) -> None:
    assert visitor.register().post("/users/me/exports", None).error == (409, "EmailUnverified")


def test_link_that_nobody_signed_leads_nowhere(visitor: Visitor) -> None:
    assert visitor.get(f"/exports/{'0' * 26}.9999999999.{'a' * 43}").error == (422, "InvalidExportLink")
