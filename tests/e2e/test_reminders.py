"""Addresses to verify and carts to come back to: from the request to the mail, through the front door."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from tests.e2e.browserless import Visitor, until
from tests.e2e.errands import FORM
from tests.e2e.function_logs import written
from tests.e2e.timing import within_one
from tests.integration.localcloud.workbench import Workbench

from tradewind.aws.table import Key
from tradewind.cart.reads import line_key, open_cart_key
from tradewind.edge.access import user_key
from tradewind.identity.model import LINK_REQUESTS_WINDOW
from tradewind.kernel.clock import SystemClock, iso
from tradewind_tools.localcloud.cloud import LocalCloud

SHOP = "tradewind-local"
WELCOME = "Welcome to Tradewind"
ANOTHER_LINK = "Confirm your email address for Tradewind"
OVERDUE = "Reminder: please confirm your email address for Tradewind"
LEFT = "You left something in your Tradewind cart"


@pytest.fixture(scope="module")
def bench(cloud: LocalCloud) -> Workbench:
    return Workbench(cloud)


def subjects(customer: Visitor) -> list[str]:
    return [mail["subject"] for mail in customer.mails(customer.user["email"])]


def mailed(customer: Visitor, subject: str) -> str:
    """The text of the one mail with this subject, once it has come."""
    found = until(lambda: [mail for mail in customer.mails(customer.user["email"]) if mail["subject"] == subject], bool)
    [mail] = found
    return str(customer.page(f"/mail/messages/{quote(mail['id'])}.json").ok()["text"])


def verified(customer: Visitor) -> Visitor:
    token = customer.verification_link().removeprefix("/?verify=")
    customer.post("/auth/verify-email", {"token": token}).ok()
    return customer


def is_verified(customer: Visitor) -> bool:
    return bool(customer.get("/auth/me").ok()["emailVerified"])


def look_old(bench: Workbench, key: Key, **attributes: str) -> None:
    """Let an item say that something was earlier than it was."""
    bench.dynamodb.update_item(
        TableName=SHOP,
        Key={"PK": {"S": key.pk}, "SK": {"S": key.sk}},
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in attributes),
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in attributes.items()},
    )


def left_for_days(bench: Workbench, customer: Visitor, product_id: str) -> None:
    user_id, ago = customer.user["userId"], iso(SystemClock().now() - timedelta(days=2))
    look_old(bench, line_key(user_id, product_id), updatedAt=ago)
    look_old(bench, open_cart_key(user_id), dueAt=ago, GSI2SK=f"{ago}#{user_id}")


def test_link_of_the_welcome_verifies_the_address(customer: Visitor) -> None:
    assert not is_verified(customer)
    assert customer.user["emailVerified"] is False
    assert "two days" in mailed(customer, WELCOME)
    assert is_verified(verified(customer))
    assert customer.get("/users/profile").ok()["emailVerified"]


def test_link_works_twice_and_a_forged_one_is_refused(customer: Visitor, visitor: Visitor) -> None:
    token = customer.verification_link().removeprefix("/?verify=")
    user_id, end, signature = token.split(".")
    for forged in (f"{user_id}.{int(end) + 1}.{signature}", f"{user_id}.{end}.{signature[::-1]}", "nonsense"):
        assert visitor.post("/auth/verify-email", {"token": forged}).error == (422, "InvalidVerificationLink")
    assert not is_verified(customer)
    assert [visitor.post("/auth/verify-email", {"token": token}).status for _ in range(2)] == [204, 204]
    assert is_verified(customer)


def test_another_link_is_sent_to_accounts_only_and_the_answer_is_the_same(customer: Visitor, visitor: Visitor) -> None:
    within_one(LINK_REQUESTS_WINDOW)
    for email in (str(customer.user["email"]), "nobody-at-all@example.com"):
        asked = [visitor.post("/auth/verify-email/resend", {"email": email}) for _ in range(4)]
        assert [answer.status for answer in asked] == [202, 202, 202, 429]
        assert {answer.raw for answer in asked[:3]} == {b""}
    until(lambda: subjects(customer).count(ANOTHER_LINK), lambda count: count == 3)


def test_unverified_customer_can_order(admin: Visitor, customer: Visitor) -> None:
    order_id = customer.order({admin.add_product("bought-unverified", 3): 1}).ok()["orderId"]
    assert customer.wait_until_settled(order_id)["status"] == "processing"


def test_unverified_address_is_reminded_once(bench: Workbench, customer: Visitor) -> None:
    user_id, ago = customer.user["userId"], iso(SystemClock().now() - timedelta(days=2))
    look_old(bench, user_key(user_id), GSI2SK=f"{ago}#{user_id}")
    for _ in range(2):
        bench.invoke(f"{SHOP}-unverified-reminder", {})
    link = next(word for word in mailed(customer, OVERDUE).split() if "?verify=" in word)
    customer.post("/auth/verify-email", {"token": link.partition("?verify=")[2]}).ok()
    assert is_verified(customer)
    assert sorted(subjects(customer)) == sorted([WELCOME, OVERDUE])


def test_abandoned_cart_is_mailed_once_at_todays_price(bench: Workbench, admin: Visitor, customer: Visitor) -> None:
    product_id = admin.add_product("left-behind", 5)
    verified(customer).post("/cart/items", {"productId": product_id, "quantity": 2}).ok()
    admin.put(f"/products/{product_id}", {"name": "Left Behind", "price": 9.75, "category": "tests"}).ok()
    bench.invoke(f"{SHOP}-cart-reminder", {})
    left_for_days(bench, customer, product_id)
    for _ in range(2):
        bench.invoke(f"{SHOP}-cart-reminder", {})
    text = mailed(customer, LEFT)
    assert "2 x Left Behind" in text
    assert "Total: US$19.50" in text
    assert sorted(subjects(customer)) == sorted([WELCOME, LEFT])


def test_customer_who_opted_out_gets_no_reminder(
    cloud: LocalCloud, bench: Workbench, admin: Visitor, customer: Visitor
) -> None:
    reminded, others = admin.add_product("wanted", 5), customer.register()
    customer.put("/users/notifications", {"email": {"reminders": False}, "sms": {"orders": False}}).ok()
    for each in (customer, others):
        verified(each).post("/cart/items", {"productId": reminded, "quantity": 1}).ok()
        left_for_days(bench, each, reminded)
    bench.invoke(f"{SHOP}-cart-reminder", {})
    mailed(others, LEFT)
    assert until(lambda: written(cloud, "email-sender", message="OptedOut"), bool)
    assert subjects(customer) == [WELCOME]


def test_link_in_a_reminder_turns_reminders_off_with_one_click(
    bench: Workbench, admin: Visitor, customer: Visitor, visitor: Visitor
) -> None:
    product = admin.add_product("one-click", 5)
    verified(customer).post("/cart/items", {"productId": product, "quantity": 1}).ok()
    left_for_days(bench, customer, product)
    bench.invoke(f"{SHOP}-cart-reminder", {})
    link = mailed(customer, LEFT).partition("Turn reminders off: ")[2].split()[0]
    path = link.removeprefix(f"{customer.url}/v1")
    assert "Turn reminders off?" in visitor.get(path).ok()
    assert customer.get("/users/notifications").ok()["email"]["reminders"]
    visitor.post(path, "List-Unsubscribe=One-Click", FORM).ok()
    assert not customer.get("/users/notifications").ok()["email"]["reminders"]
