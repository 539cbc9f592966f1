"""What customers are told, and how they wish it, through the front door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.e2e.browserless import PASSWORD, Visitor, until

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud

PHONE, NUMBER = "+44 20 7946 0958", "+442079460958"


def texts(cloud: LocalCloud, order_id: str) -> list[dict[str, Any]]:
    """The short messages to our number that tell of an order."""
    query = urlencode({"phoneNumber": NUMBER})
    kept = call("GET", f"{cloud.endpoint_url}/_ministack/sns/sms-messages?{query}").json()["sms_messages"]
    sent: list[dict[str, Any]] = kept.get(NUMBER, [])
    return [each for each in sent if order_id in each["Message"]]


def subjects(customer: Visitor) -> list[str]:
    return [mail["subject"] for mail in customer.mails(customer.user["email"])]


def test_a_customer_who_wishes_it_gets_one_short_message_for_each_news(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    customer.put("/users/profile", {"firstName": "Ada", "lastName": "Lovelace", "phone": PHONE}).ok()
    wished = customer.put("/users/notifications", {"email": {"reminders": False}, "sms": {"orders": True}}).ok()
    assert customer.get("/users/notifications").ok() == wished
    order_id = customer.order({admin.stocked("texted", 5): 2}).ok()["orderId"]
    until(lambda: texts(cloud, order_id), lambda sent: len(sent) == 1)
    admin.put(f"/orders/{order_id}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    sent = until(lambda: texts(cloud, order_id), lambda sent: len(sent) == 2)
    assert [each["Message"] for each in sent] == [
        f"Tradewind: your order {order_id} is confirmed: 25.00 USD, paid.",
        f"Tradewind: your order {order_id} is on its way with Royal Mail, tracking number RM1.",
    ]


def test_a_customer_who_wishes_nothing_gets_no_short_message(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    order_id = customer.order({admin.stocked("untexted", 5): 1}).ok()["orderId"]
    until(lambda: subjects(customer), lambda sent: any("confirmed" in subject for subject in sent))
    assert texts(cloud, order_id) == []


def test_a_customer_is_told_by_mail_of_all_that_becomes_of_an_order(admin: Visitor, customer: Visitor) -> None:
    product = admin.stocked("told", 5)
    sent, cancelled = (customer.order({product: 1}).ok()["orderId"] for _ in range(2))
    for order_id in (sent, cancelled):
        customer.settled(order_id)
    admin.put(f"/orders/{sent}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    admin.post(f"/orders/{sent}/refunds", {"reason": "one came broken"}).ok()
    customer.put(f"/orders/{cancelled}/cancel", None).ok()
    assert until(lambda: sorted(subjects(customer)), lambda told: len(told) >= 6) == sorted(
        [
            "Welcome to Tradewind",
            f"Your Tradewind order {sent} is confirmed",
            f"Your Tradewind order {cancelled} is confirmed",
            f"Your Tradewind order {sent} is on its way",
            f"A refund for your Tradewind order {sent}",
            f"Your Tradewind order {cancelled} was cancelled",
        ]
    )


def test_a_changed_password_is_told_by_mail(customer: Visitor) -> None:
    customer.put("/users/password", {"currentPassword": PASSWORD, "newPassword": "a staple of new batteries"}).ok()
    until(lambda: subjects(customer), lambda told: "Your Tradewind password was changed" in told)
