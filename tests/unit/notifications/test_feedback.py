from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import CUSTOMER_ID, START, make_shop
from tests.unit.notifications.mail_events import bounce, complaint, mail_event
from tests.unit.notifications.scene import (
    EMAIL,
    FakeMailer,
    add_customer,
    add_order,
    email_queue,
    line,
    order_confirmed,
    user_registered,
)

from tradewind.aws.table import Put, Update
from tradewind.identity.public import SuppressionReason, contact_key, find_contact
from tradewind.identity.reads import claim_key
from tradewind.notifications import reads
from tradewind.notifications.consumers import send_email
from tradewind.notifications.feedback import SUPPRESSED, UNCHANGED, suppress_recipients
from tradewind.notifications.model import NotificationStatus
from tradewind.shop import Shop

AGAIN = {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
DONE: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}
LATER = START + timedelta(hours=1)


def claim(shop: Shop, email: str, user_id: str = CUSTOMER_ID) -> None:
    pk, sk = claim_key(email)
    shop.table.write(Put({"PK": pk, "SK": sk, "userId": user_id}))


@pytest.fixture
def shop() -> Shop:
    shop = make_shop()
    add_customer(shop.table)
    add_order(shop.table, [line()])
    claim(shop, EMAIL)
    return shop


def deliver(shop: Shop, *bodies: str) -> dict[str, Any]:
    records = [{"messageId": f"message-{number}", "body": body} for number, body in enumerate(bodies)]
    return suppress_recipients({"Records": records}, None, shop)


def suppression(shop: Shop) -> SuppressionReason | None:
    contact = find_contact(shop.table, CUSTOMER_ID)
    assert contact is not None
    return contact.suppression


def reason_not_sent(shop: Shop) -> str | None:
    event, mailer = order_confirmed(), FakeMailer()
    shop.mailer = mailer
    assert send_email(email_queue(event), None, shop) == DONE
    item = shop.table.get(reads.notification_key(CUSTOMER_ID, event.event_id))
    assert item is not None
    recorded = reads.notification_from(item)
    assert (recorded.status is NotificationStatus.SENT) == bool(mailer.mails)
    return recorded.reason


def lift(shop: Shop) -> None:
    """What the runbook says."""
    shop.table.write(
        Update(contact_key(CUSTOMER_ID), set={"suppressedAt": "2026-11-21T04:00:00.000Z"}, remove=("suppressedEmail",))
    )


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (bounce(EMAIL, at=START), "AddressBounces"),
        (bounce(EMAIL, at=START, sub_type="OnAccountSuppressionList"), "AddressBounces"),
        (bounce(EMAIL, at=START, sub_type="NoEmail", bounced=[]), "AddressBounces"),
        (complaint(EMAIL, at=START), "RecipientComplained"),
        (complaint(EMAIL, at=START, feedback_type=None), "RecipientComplained"),
    ],
)
def test_hard_bounce_and_complaint_stop_the_next_mail_and_say_why(shop: Shop, event: str, reason: str) -> None:
    assert deliver(shop, event) == DONE
    assert reason_not_sent(shop) == reason


@pytest.mark.parametrize(
    "event",
    [
        bounce(EMAIL, at=START, kind="Transient"),
        bounce(EMAIL, at=START, kind="Transient", sub_type="MailboxFull"),
        bounce(EMAIL, at=START, kind="Undetermined", sub_type="Undetermined"),
        complaint(EMAIL, at=START, feedback_type="not-spam"),
        mail_event("Delivery", [EMAIL], START, delivery={"recipients": [EMAIL]}),
        "Successfully validated SNS topic for Amazon SES event publishing.",
    ],
)
def test_everything_else_leaves_the_address_with_its_mail(shop: Shop, event: str) -> None:
    assert deliver(shop, event) == DONE
    assert reason_not_sent(shop) is None


@pytest.mark.parametrize(
    "body",
    [
        "what is this?",
        "{}",
        json.dumps({"notificationType": "Bounce", "mail": {}, "bounce": {}}),
        json.dumps({"Type": "Notification", "Message": bounce(EMAIL, at=START)}),
        mail_event("Bounce", [EMAIL], START, bounce={"bounceType": "Permanent"}),
    ],
)
def test_message_of_an_unknown_form_is_not_lost(shop: Shop, body: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert deliver(shop, body) == AGAIN
    assert json.loads(capsys.readouterr().out)["level"] == "ERROR"


def test_report_that_comes_again_changes_nothing(shop: Shop) -> None:
    event = bounce(EMAIL, at=START)
    assert deliver(shop, event, event) == DONE
    assert suppression(shop) is SuppressionReason.BOUNCE


def test_late_report_does_not_undo_that_an_operator_lifted_the_suppression(shop: Shop) -> None:
    event = bounce(EMAIL, at=START)
    deliver(shop, event)
    lift(shop)
    deliver(shop, event)
    assert suppression(shop) is None
    deliver(shop, bounce(EMAIL, at=START + timedelta(days=1)))
    assert suppression(shop) is SuppressionReason.BOUNCE


def test_earlier_report_does_not_replace_a_later_one(shop: Shop) -> None:
    deliver(shop, complaint(EMAIL, at=LATER), bounce(EMAIL, at=START))
    assert suppression(shop) is SuppressionReason.COMPLAINT


def test_report_about_an_address_that_the_customer_left_is_not_about_the_new_one(shop: Shop) -> None:
    deliver(shop, bounce(EMAIL, at=START))
    shop.table.write(Update(contact_key(CUSTOMER_ID), set={"email": "ada@new.example"}))
    assert suppression(shop) is None
    deliver(shop, bounce(EMAIL, at=LATER))
    assert suppression(shop) is None


def test_report_about_nobody_changes_nothing(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert deliver(shop, bounce("nobody@example.com", at=START)) == DONE
    assert json.loads(capsys.readouterr().out)["message"] == UNCHANGED


def test_mail_that_was_forwarded_counts_for_the_address_that_the_shop_knows(shop: Shop) -> None:
    deliver(shop, bounce(EMAIL, at=START, bounced=["ada@forwarded.example"]))
    assert suppression(shop) is SuppressionReason.BOUNCE


def test_of_several_recipients_only_the_one_named_gets_no_more_mail(shop: Shop) -> None:
    other = "grace@example.com"
    deliver(shop, bounce(EMAIL, other, at=START, bounced=[other]))
    assert suppression(shop) is None
    deliver(shop, bounce(EMAIL, other, at=START, bounced=[other, EMAIL.upper()]))
    assert suppression(shop) is SuppressionReason.BOUNCE


def test_subaddress_is_an_address_of_its_own(shop: Shop) -> None:
    deliver(shop, bounce("ada+shop@example.com", at=START))
    assert suppression(shop) is None


def test_international_address_is_found_however_its_domain_is_spelt() -> None:
    shop = make_shop()
    add_customer(shop.table, "ada@xn--bcher-kva.example")
    claim(shop, "ada@xn--bcher-kva.example")
    deliver(shop, bounce("ada@bücher.example", at=START))
    assert suppression(shop) is SuppressionReason.BOUNCE


def test_who_complained_gets_no_reminders_even_when_mail_goes_on(shop: Shop) -> None:
    deliver(shop, complaint(EMAIL, at=START))
    lift(shop)
    assert not reads.find_preferences(shop.table, CUSTOMER_ID).reminders
    assert reason_not_sent(shop) is None


def test_who_only_bounced_keeps_the_preferences(shop: Shop) -> None:
    deliver(shop, bounce(EMAIL, at=START))
    assert reads.find_preferences(shop.table, CUSTOMER_ID).reminders


def test_log_names_the_user_and_the_mail_but_no_address(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(shop, bounce(EMAIL, at=START))
    written = capsys.readouterr().out
    said = json.loads(written)
    assert (said["message"], said["userId"]) == (SUPPRESSED, CUSTOMER_ID)
    assert said["metadata"]["messageId"] == "EXAMPLE7c191be45-e9aedb9a"
    assert "example.com" not in written


@pytest.mark.parametrize("email", ["zoë@example.com", "ada@-example.com", "ada lovelace@example.com"])
def test_address_that_mail_cannot_go_to_is_refused_for_good_before_the_mail_service_is_asked(email: str) -> None:
    mailer = FakeMailer()
    shop = make_shop(mailer=mailer)
    add_customer(shop.table, email)
    assert send_email(email_queue(user_registered()), None, shop) == DONE
    item = shop.table.get(reads.notification_key(CUSTOMER_ID, user_registered().event_id))
    assert item is not None
    assert (item["reason"], mailer.mails) == ("AddressNotMailable", [])
