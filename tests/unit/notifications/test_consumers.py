from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Never

import pytest
from tests.fakes import CUSTOMER_ID, START, FakeClock, make_shop
from tests.trading import add_product
from tests.unit.notifications.scene import (
    EMAIL,
    ORDER_ID,
    FakeMailer,
    about_accounts,
    about_orders,
    add_customer,
    add_order,
    cart_abandoned,
    email_queue,
    line,
    order_cancelled,
    order_confirmed,
    put_into_cart,
    stock_low,
    user_registered,
    verification_overdue,
    verification_requested,
)

from tradewind.aws.mailer import Mail, Mailer, SesMailer
from tradewind.aws.sdk import Refused
from tradewind.aws.table import Key
from tradewind.kernel.events import Event
from tradewind.notifications import reads, writes
from tradewind.notifications.consumers import send_email
from tradewind.notifications.model import Notification, NotificationStatus, Preferences
from tradewind.shop import Shop

CLAIM_SECONDS = writes.CLAIM_LIFETIME.total_seconds()
AGAIN = {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
DONE: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}


class Crash(Exception):
    """The function dies."""


class CrashingMailer:
    def send(self, _mail: Mail) -> str:
        raise Crash(EMAIL.partition("@")[0])


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    return shop_after("OrderConfirmed", clock)


def shop_after(kind: str, clock: FakeClock) -> Shop:
    """A shop with a customer, and with an order after an event of that type."""
    shop = make_shop(clock=clock)
    add_customer(shop.table)
    add_order(shop.table, [line()], after=kind)
    return shop


def deliver(shop: Shop, mailer: Mailer, *events: Event) -> dict[str, Any]:
    shop.mailer = mailer
    return send_email(email_queue(*events), None, shop)


def notification(shop: Shop, event: Event) -> Notification | None:
    item = shop.table.get(Key(f"USER#{CUSTOMER_ID}", f"NOTIFICATION#{event.event_id}"))
    return reads.notification_from(item) if item else None


def log_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("event", [*about_accounts(), *about_orders()])
def test_email_is_sent_once_however_often_its_event_comes(clock: FakeClock, event: Event) -> None:
    shop, mailer = shop_after(event.type, clock), FakeMailer()
    assert [deliver(shop, mailer, event) for _ in range(3)] == [DONE] * 3
    assert [mail.recipient for mail in mailer.mails] == [EMAIL]


def test_sent_email_is_recorded(shop: Shop) -> None:
    event, mailer = order_confirmed(), FakeMailer()
    deliver(shop, mailer, event)
    assert notification(shop, event) == Notification(
        notification_id=event.event_id,
        user_id=CUSTOMER_ID,
        kind="OrderConfirmed",
        subject=mailer.mails[0].subject,
        status=NotificationStatus.SENT,
        created_at=event.occurred_at,
        sent_at=START,
        message_id="mail-1",
        order_id=ORDER_ID,
    )


def test_event_twice_in_one_batch_sends_one_email(shop: Shop) -> None:
    mailer = FakeMailer()
    assert deliver(shop, mailer, order_confirmed(), order_confirmed()) == DONE
    assert len(mailer.mails) == 1


def test_refused_email_is_sent_at_the_next_delivery(shop: Shop, clock: FakeClock) -> None:
    event, mailer = order_confirmed(), FakeMailer(refusals=1)
    assert deliver(shop, mailer, event) == AGAIN
    pending = notification(shop, event)
    assert pending is not None
    assert (pending.status, pending.sent_at, pending.message_id) == (NotificationStatus.PENDING, None, None)

    clock.advance(CLAIM_SECONDS)
    assert deliver(shop, mailer, event) == DONE
    sent = notification(shop, event)
    assert sent is not None
    assert (sent.status, sent.sent_at) == (NotificationStatus.SENT, START + timedelta(seconds=CLAIM_SECONDS))
    assert len(mailer.mails) == 1


class MisconfiguredSes:
    """SES refusing whatever the shop sends, and saying why in words that also fit a recipient."""

    def __init__(self, code: str, text: str) -> None:
        self._refusal = Refused(code, 400, text)

    def send_email(self, **_request: object) -> Never:
        raise self._refusal


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "MessageRejected",
            "Email address is not verified. The following identities failed the check: shop@shop.example",
        ),
        ("MessageRejected", "Sending suspended for this account."),
        ("MessageRejected", "Transaction failed: Expected disposition."),
        ("BadRequestException", "Domain contains dot-dot"),
        ("BadRequestException", "Missing final '@domain'"),
        ("MailFromDomainNotVerifiedException", ""),
        ("NotFoundException", "Configuration set <tradewind-prod-mail> does not exist."),
        ("AccountSuspendedException", ""),
        ("AccessDeniedException", ""),
    ],
)
def test_mail_that_the_shops_setup_gets_refused_fails_aloud_and_is_sent_once_that_is_mended(
    shop: Shop, clock: FakeClock, code: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    event, mended = order_confirmed(), FakeMailer()
    misconfigured: Any = MisconfiguredSes(code, text)
    assert deliver(shop, SesMailer(misconfigured), event) == AGAIN
    [said] = log_lines(capsys)
    assert (said["level"], said["message"]) == ("ERROR", "MailRefused")
    pending = notification(shop, event)
    assert pending
    assert (pending.status, pending.reason) == (NotificationStatus.PENDING, None)
    clock.advance(CLAIM_SECONDS)
    assert deliver(shop, mended, event) == DONE
    assert [mail.recipient for mail in mended.mails] == [EMAIL]


def test_next_delivery_after_a_crash_sends(shop: Shop, clock: FakeClock) -> None:
    event, mailer = order_confirmed(), FakeMailer()
    assert deliver(shop, CrashingMailer(), event) == AGAIN
    clock.advance(CLAIM_SECONDS)
    assert deliver(shop, mailer, event) == DONE
    assert len(mailer.mails) == 1


def test_delivery_waits_while_another_sends(shop: Shop, clock: FakeClock) -> None:
    event, mailer = order_confirmed(), FakeMailer()
    deliver(shop, CrashingMailer(), event)
    clock.advance(CLAIM_SECONDS - 1)
    assert deliver(shop, mailer, event) == AGAIN
    assert mailer.mails == []


def test_two_concurrent_deliveries_send_one_email(shop: Shop) -> None:
    event = order_confirmed()

    class DeliveredMeanwhile(FakeMailer):
        def send(self, mail: Mail) -> str:
            assert deliver(shop, others, event) == AGAIN
            return super().send(mail)

    others, mailer = FakeMailer(), DeliveredMeanwhile()
    assert deliver(shop, mailer, event) == DONE
    assert deliver(shop, others, event) == DONE
    assert (len(mailer.mails), len(others.mails)) == (1, 0)


def test_failed_message_does_not_hold_up_the_others(shop: Shop) -> None:
    mailer = FakeMailer(refusals=1)
    assert deliver(shop, mailer, order_confirmed(), user_registered()) == AGAIN
    assert [mail.subject for mail in mailer.mails] == ["Welcome to Tradewind"]


def test_event_without_a_recipient_is_logged_and_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    shop, mailer, event = make_shop(), FakeMailer(), user_registered()
    add_customer(shop.table, email="")
    assert deliver(shop, mailer, event) == DONE
    recorded = notification(shop, event)
    assert recorded
    assert (mailer.mails, recorded.status, recorded.reason) == ([], NotificationStatus.NOT_SENT, "NoEmailAddress")
    assert [(each["level"], each["message"]) for each in log_lines(capsys)] == [("INFO", "NoEmailAddress")]


@pytest.mark.parametrize(("event", "outcome"), [(user_registered(), "CustomerGone"), (order_confirmed(), "OrderGone")])
def test_nothing_is_recorded_of_somebody_who_is_gone(
    event: Event, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop, mailer = make_shop(), FakeMailer()
    assert deliver(shop, mailer, event) == DONE
    assert (mailer.mails, notification(shop, event)) == ([], None)
    assert [(each["level"], each["message"]) for each in log_lines(capsys)] == [("INFO", outcome)]


@pytest.mark.parametrize("event", [verification_overdue(), cart_abandoned()])
@pytest.mark.parametrize("wanted", [True, False])
def test_reminder_is_sent_once_unless_the_customer_opted_out(event: Event, wanted: bool) -> None:  # noqa: FBT001 - the case
    shop, mailer = make_shop(), FakeMailer()
    add_customer(shop.table, emailVerified=event.type == "CartAbandoned")
    put_into_cart(shop)
    shop.table.write(writes.save_preferences(CUSTOMER_ID, Preferences(reminders=wanted)))
    assert [deliver(shop, mailer, event) for _ in range(2)] == [DONE] * 2
    assert len(mailer.mails) == wanted


def test_requested_link_is_sent_though_reminders_are_off(shop: Shop) -> None:
    mailer = FakeMailer()
    shop.table.write(writes.save_preferences(CUSTOMER_ID, Preferences(reminders=False)))
    assert deliver(shop, mailer, verification_requested()) == DONE
    assert len(mailer.mails) == 1


def test_mail_to_the_inventory_team_is_sent_once(shop: Shop) -> None:
    mailer = FakeMailer()
    add_product(shop, "shirt", 3)
    assert deliver(shop, mailer, stock_low(), stock_low()) == DONE
    assert [mail.recipient for mail in mailer.mails] == [shop.settings.mail_from]


def test_event_without_a_template_is_dropped(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    mailer = FakeMailer()
    other = Event("event-1", "StockAdjusted", 1, START, "shirt", 1, "request-1", {})
    assert deliver(shop, mailer, other) == DONE
    assert mailer.mails == []
    assert [each["message"] for each in log_lines(capsys)] == ["NoTemplate"]


def test_each_message_logs_a_line_with_the_correlation_id(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(shop, FakeMailer(refusals=1), order_confirmed(), user_registered(), user_registered())
    lines = log_lines(capsys)
    assert [(each["level"], each["event"], each["message"]) for each in lines] == [
        ("ERROR", "send_email", "MailRefused"),
        ("INFO", "send_email", "Sent"),
        ("INFO", "send_email", "AlreadyDecided"),
    ]
    assert {each["correlationId"] for each in lines} == {"request-1"}


def test_personal_data_is_not_logged(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(shop, FakeMailer(refusals=1), order_confirmed(), user_registered(), order_cancelled())
    output = capsys.readouterr().out
    assert not any(personal in output for personal in (EMAIL, "Lovelace", "Harbour"))
