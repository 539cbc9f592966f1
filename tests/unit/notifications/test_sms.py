from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, make_shop
from tests.unit.notifications.scene import (
    ORDER_ID,
    FakeMailer,
    add_customer,
    add_order,
    email_queue,
    line,
    order_confirmed,
    order_fulfilled,
)

from tradewind.aws.sms import SmsMessage, SmsRefused, SmsRefusedForGood
from tradewind.aws.table import Update
from tradewind.identity.public import contact_key
from tradewind.kernel.events import Event
from tradewind.notifications import reads, writes
from tradewind.notifications.consumers import send_email
from tradewind.notifications.model import Channel, NotificationStatus, Preferences
from tradewind.notifications.sms import send_sms
from tradewind.shop import Shop

PHONE = "+44 (20) 7946-0000"
AGAIN = {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
DONE: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}


class FakeSms:
    """Keeps the messages it takes; refuses the first `refusals`."""

    def __init__(self, refusals: int = 0) -> None:
        self.messages: list[SmsMessage] = []
        self._refusals = refusals

    def send(self, message: SmsMessage) -> str:
        if self._refusals:
            self._refusals -= 1
            raise SmsRefused("Throttled")
        self.messages.append(message)
        return f"sms-{len(self.messages)}"


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    """A shop with a customer who has a phone number and wants short messages."""
    shop = make_shop(clock=clock)
    add_customer(shop.table)
    add_order(shop.table, [line()], after="OrderFulfilled")
    set_phone(shop, PHONE)
    want_sms(shop, wanted=True)
    return shop


def set_phone(shop: Shop, phone: str) -> None:
    shop.table.write(Update(contact_key(CUSTOMER_ID), set={"phone": phone}))


def want_sms(shop: Shop, *, wanted: bool) -> None:
    shop.table.write(writes.save_preferences(CUSTOMER_ID, Preferences(order_sms=wanted)))


def deliver(shop: Shop, sms: FakeSms, *events: Event) -> dict[str, Any]:
    shop.sms = sms
    return send_sms(email_queue(*events), None, shop)


def outcomes(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(each)["message"] for each in capsys.readouterr().out.splitlines()]


def test_confirmation_has_order_and_amount(shop: Shop) -> None:
    sms = FakeSms()
    confirmed = order_confirmed()
    event = msgspec.structs.replace(confirmed, data=confirmed.data | {"totalMinor": 123_450})
    assert deliver(shop, sms, event) == DONE
    body = f"Tradewind: your order {ORDER_ID} is confirmed. We have received your payment of US$1,234.50."
    assert sms.messages == [SmsMessage("+442079460000", body)]


def test_shipment_has_carrier_and_tracking_number(shop: Shop) -> None:
    sms = FakeSms()
    deliver(shop, sms, order_fulfilled("RM 1\n2"))
    body = f"Tradewind: your order {ORDER_ID} is on its way with Royal Mail. Tracking number: RM 1 2"
    assert [message.body for message in sms.messages] == [body]


def test_message_is_sent_once_however_often_its_event_comes(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    sms = FakeSms()
    for _ in range(3):
        assert deliver(shop, sms, order_confirmed()) == DONE
    assert len(sms.messages) == 1
    assert outcomes(capsys) == ["Sent", "AlreadyDecided", "AlreadyDecided"]


@pytest.mark.parametrize("sms_first", [True, False])
def test_email_and_message_of_one_event_are_both_sent(shop: Shop, sms_first: bool) -> None:  # noqa: FBT001 - the case
    sms, mailer, event = FakeSms(), FakeMailer(), order_confirmed()
    shop.sms, shop.mailer = sms, mailer
    senders = [send_sms, send_email]
    for sender in senders if sms_first else senders[::-1]:
        sender(email_queue(event), None, shop)
    assert (len(sms.messages), len(mailer.mails)) == (1, 1)


def test_refused_message_is_sent_at_the_next_delivery(shop: Shop, clock: FakeClock) -> None:
    sms = FakeSms(refusals=1)
    assert deliver(shop, sms, order_confirmed()) == AGAIN
    clock.advance(writes.CLAIM_LIFETIME.total_seconds())
    assert deliver(shop, sms, order_confirmed()) == DONE
    assert len(sms.messages) == 1


def test_number_that_opted_out_at_its_carrier_is_recorded_and_not_tried_again(shop: Shop) -> None:
    class Refusing(FakeSms):
        def send(self, _message: SmsMessage) -> str:
            raise SmsRefusedForGood("OptedOut")

    sms, event = FakeSms(), order_confirmed()
    assert deliver(shop, Refusing(), event) == DONE
    assert deliver(shop, sms, event) == DONE
    item = shop.table.get(reads.notification_key(CUSTOMER_ID, f"{event.event_id}#sms"))
    assert item
    assert (sms.messages, item["status"], item["reason"]) == ([], "not_sent", "Refused: OptedOut")


def test_record_has_the_channel(shop: Shop) -> None:
    event = order_confirmed()
    deliver(shop, FakeSms(), event)
    item = shop.table.get(reads.notification_key(CUSTOMER_ID, f"{event.event_id}#sms"))
    assert item is not None
    kept = reads.notification_from(item)
    assert (kept.channel, kept.status, kept.message_id) == (Channel.SMS, NotificationStatus.SENT, "sms-1")


def test_customer_who_opted_out_gets_no_message(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    want_sms(shop, wanted=False)
    sms = FakeSms()
    assert deliver(shop, sms, order_confirmed()) == DONE
    assert (sms.messages, outcomes(capsys)) == ([], ["OptedOut"])


@pytest.mark.parametrize("phone", ["020 7946 0000", "+0 20 7946 0000", "+44", "+44 20 7946 0000 0000 0000", ""])
def test_number_without_country_code_or_of_wrong_length_gets_no_message(
    shop: Shop, phone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_phone(shop, phone)
    sms = FakeSms()
    assert deliver(shop, sms, order_confirmed()) == DONE
    assert (sms.messages, outcomes(capsys)) == ([], ["NoPhoneNumber"])


def test_deleted_customer_gets_no_message(capsys: pytest.CaptureFixture[str]) -> None:
    shop, sms = make_shop(), FakeSms()
    want_sms(shop, wanted=True)
    assert deliver(shop, sms, order_confirmed()) == DONE
    assert (sms.messages, outcomes(capsys)) == ([], ["CustomerGone"])


def test_no_number_is_logged(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(shop, FakeSms(refusals=1), order_confirmed(), order_fulfilled())
    assert "7946" not in capsys.readouterr().out
