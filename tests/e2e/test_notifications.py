"""Emails and short messages, and the preferences for them, through the front door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.e2e.browserless import PASSWORD, Visitor, until

from tradewind.settings import Settings
from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session

PHONE, NUMBER = "+44 20 7946 0958", "+442079460958"


def short_messages(cloud: LocalCloud, order_id: str) -> list[dict[str, Any]]:
    """The short messages to our number about an order."""
    query = urlencode({"phoneNumber": NUMBER})
    kept = call("GET", f"{cloud.endpoint_url}/_ministack/sns/sms-messages?{query}").json()["sms_messages"]
    sent: list[dict[str, Any]] = kept.get(NUMBER, [])
    return [each for each in sent if order_id in each["Message"]]


def subjects(customer: Visitor) -> list[str]:
    return [mail["subject"] for mail in customer.mails(customer.user["email"])]


def test_customer_who_opted_in_gets_a_short_message_for_each_step_of_an_order(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    customer.put("/users/profile", {"firstName": "Ada", "lastName": "Lovelace", "phone": PHONE}).ok()
    preferences = customer.put("/users/notifications", {"email": {"reminders": False}, "sms": {"orders": True}}).ok()
    assert customer.get("/users/notifications").ok() == preferences
    order_id = customer.order({admin.add_product("texted", 5): 2}).ok()["orderId"]
    until(lambda: short_messages(cloud, order_id), lambda sent: len(sent) == 1)
    admin.put(f"/orders/{order_id}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    sent = until(lambda: short_messages(cloud, order_id), lambda sent: len(sent) == 2)
    assert [each["Message"] for each in sent] == [
        f"Tradewind: your order {order_id} is confirmed. We have received your payment of US$25.00.",
        f"Tradewind: your order {order_id} is on its way with Royal Mail. Tracking number: RM1",
    ]


def test_customer_gets_no_short_message_by_default(cloud: LocalCloud, admin: Visitor, customer: Visitor) -> None:
    order_id = customer.order({admin.add_product("untexted", 5): 1}).ok()["orderId"]
    until(lambda: subjects(customer), lambda sent: any("confirmed" in subject for subject in sent))
    assert short_messages(cloud, order_id) == []


def test_customer_gets_an_email_for_each_step_of_an_order(admin: Visitor, customer: Visitor) -> None:
    product = admin.add_product("emailed", 5)
    sent, cancelled = (customer.order({product: 1}).ok()["orderId"] for _ in range(2))
    for order_id in (sent, cancelled):
        customer.wait_until_settled(order_id)
    admin.put(f"/orders/{sent}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    admin.post(f"/orders/{sent}/refunds", {"reason": "one came broken"}).ok()
    customer.put(f"/orders/{cancelled}/cancel", None).ok()
    assert until(lambda: sorted(subjects(customer)), lambda sent: len(sent) >= 6) == sorted(
        [
            "Welcome to Tradewind",
            f"Your Tradewind order {sent} is confirmed",
            f"Your Tradewind order {cancelled} is confirmed",
            f"Your Tradewind order {sent} is on its way",
            f"Your refund for Tradewind order {sent} is on its way",
            f"Your Tradewind order {cancelled} has been cancelled",
        ]
    )


def test_customer_gets_an_email_about_a_changed_password(customer: Visitor) -> None:
    customer.put("/users/password", {"currentPassword": PASSWORD, "newPassword": "a staple of new batteries"}).ok()
    until(lambda: subjects(customer), lambda sent: "Your Tradewind password was changed" in sent)


def suppression(cloud: LocalCloud, user_id: str) -> str:
    """Why the customer's address gets no more mail; empty while it does."""
    profile = (
        local_session()
        .client("dynamodb", endpoint_url=cloud.endpoint_url)
        .get_item(
            TableName="tradewind-local",
            Key={"PK": {"S": f"USER#{user_id}"}, "SK": {"S": "PROFILE"}},
            ConsistentRead=True,
        )["Item"]
    )
    return profile.get("suppressedBy", {}).get("S", "")


def reasons_not_sent(cloud: LocalCloud, user_id: str) -> list[str]:
    """Why a customer got no mail, of each that was not sent."""
    found = (
        local_session()
        .client("dynamodb", endpoint_url=cloud.endpoint_url)
        .query(
            TableName="tradewind-local",
            KeyConditionExpression="PK = :pk AND begins_with(SK, :sk)",
            ExpressionAttributeValues={":pk": {"S": f"USER#{user_id}"}, ":sk": {"S": "NOTIFICATION#"}},
            ConsistentRead=True,
        )
    )
    return [item["reason"]["S"] for item in found["Items"] if "reason" in item and "channel" not in item]


@pytest.mark.parametrize(("mailbox", "reason"), [("bounce", "AddressBounces"), ("complaint", "RecipientComplained")])
def test_customer_whose_mail_bounces_or_is_called_spam_gets_no_more_of_it(
    cloud: LocalCloud, admin: Visitor, visitor: Visitor, mailbox: str, reason: str
) -> None:
    """The addresses are those of SES's mailbox simulator."""
    customer = visitor.register(f"{mailbox}+e2e@simulator.amazonses.com")
    until(lambda: suppression(cloud, customer.user["userId"]), bool)
    order_id = customer.order({admin.add_product(f"unmailed-{mailbox}", 5): 1}).ok()["orderId"]
    customer.wait_until_settled(order_id)
    assert until(lambda: reasons_not_sent(cloud, customer.user["userId"]), bool) == [reason]
    assert subjects(customer) == ["Welcome to Tradewind"]
    assert customer.get("/users/notifications").ok()["email"]["reminders"] is (mailbox == "bounce")


def test_inventory_team_gets_one_email_about_a_product_that_sales_leave_few_of(
    admin: Visitor, customer: Visitor
) -> None:
    def mails() -> list[str]:
        return [mail["subject"] for mail in admin.mails(Settings().mail_from) if "Nearly-Gone" in str(mail)]

    product = admin.add_product("nearly-gone", 8)
    for units in (2, 1, 1):
        customer.wait_until_settled(customer.order({product: units}).ok()["orderId"])
    assert until(mails, lambda sent: len(sent) == 1) == ["Tradewind: a product is running low"]
