from __future__ import annotations

import json
from typing import Any

from tests.e2e.browserless import PASSWORD, Visitor, until


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


def test_deleted_account_is_closed_at_once_and_its_owner_gets_a_last_mail(visitor: Visitor) -> None:
    customer = visitor.register()
    email = customer.user["email"]
    customer.post("/cart/items", {"productId": "tide-mug", "quantity": 1})
    assert customer.delete("/users/me", {"password": "a guess"}).error == (422, "WrongPassword")
    deleted = customer.delete("/users/me", {"password": PASSWORD})
    assert (deleted.status, deleted.body["status"]) == (202, "deleting")
    assert visitor.post("/auth/login", {"email": email, "password": PASSWORD}).error == (403, "AccountDisabled")
    assert visitor.post("/auth/refresh", {"refreshToken": customer.refresh_token}).status == 401
    until(
        lambda: [mail["subject"] for mail in visitor.mails(email)],
        lambda found: any("deleted" in each for each in found),
    )


def test_unfinished_order_keeps_an_account_open_until_it_is_sent(visitor: Visitor, admin: Visitor) -> None:
    admin.add_product("last-wish", 5)
    customer = visitor.register()
    order_id = customer.order({"last-wish": 1}).ok()["orderId"]
    customer.wait_until_settled(order_id)
    refused = customer.delete("/users/me", {"password": PASSWORD})
    assert refused.error == (409, "OrdersUnfinished")
    assert [detail["field"] for detail in refused.body["details"]] == [order_id]
    admin.put(f"/orders/{order_id}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    assert customer.delete("/users/me", {"password": PASSWORD}).status == 202
    assert admin.get(f"/orders/{order_id}").ok()["shippingAddress"]["street"] == "1 Lane"


def test_administrator_deletes_an_account_and_cannot_open_it_again(visitor: Visitor, admin: Visitor) -> None:
    user_id = visitor.register().user["userId"]
    assert admin.delete(f"/users/{user_id}").status == 202
    assert admin.get(f"/users/{user_id}").ok()["status"] == "deleting"
    assert admin.put(f"/users/{user_id}", {"status": "active"}).error == (409, "AccountDeleting")
    assert admin.delete(f"/users/{admin.user['userId']}").error == (409, "OwnAccount")
