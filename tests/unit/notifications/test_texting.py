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

from tradewind.aws.sms import Text, TextRefused
from tradewind.aws.table import Update
from tradewind.identity.public import contact_key
from tradewind.kernel.events import Event
from tradewind.notifications import store
from tradewind.notifications.handlers import send_email
from tradewind.notifications.model import Channel, NotificationStatus, Preferences
from tradewind.notifications.texting import send_text
from tradewind.shop import Shop

PHONE = "+44 (20) 7946-0000"
AGAIN = {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
DONE: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}


class FakeTexter:
    """Keeps the messages it takes; refuses as many first as it is told to."""

    def __init__(self, refusals: int = 0) -> None:
        self.texts: list[Text] = []
        self._refusals = refusals

    def send(self, text: Text) -> str:
        if self._refusals:
            self._refusals -= 1
            raise TextRefused("Throttled")
        self.texts.append(text)
        return f"text-{len(self.texts)}"


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    """Of a customer with a telephone who wants short messages."""
    shop = make_shop(clock=clock)
    add_customer(shop.table)
    give_telephone(shop, PHONE)
    wish(shop, texts=True)
    return shop


def give_telephone(shop: Shop, phone: str) -> None:
    shop.table.write(Update(contact_key(CUSTOMER_ID), set={"phone": phone}))


def wish(shop: Shop, *, texts: bool) -> None:
    shop.table.write(store.preferred(CUSTOMER_ID, Preferences(order_texts=texts)))


def deliver(shop: Shop, texter: FakeTexter, *events: Event) -> dict[str, Any]:
    shop.sms = texter
    return send_text(email_queue(*events), None, shop)


def outcomes(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(each)["message"] for each in capsys.readouterr().out.splitlines()]


def test_a_confirmation_says_what_was_paid(shop: Shop) -> None:
    texter = FakeTexter()
    told = order_confirmed()
    event = msgspec.structs.replace(told, data=told.data | {"totalMinor": 123_450})
    assert deliver(shop, texter, event) == DONE
    words = f"Tradewind: your order {ORDER_ID} is confirmed: 1,234.50 USD, paid."
    assert texter.texts == [Text("+442079460000", words)]


def test_a_shipment_says_how_it_travels(shop: Shop) -> None:
    texter = FakeTexter()
    deliver(shop, texter, order_fulfilled("RM 1\n2"))
    words = f"Tradewind: your order {ORDER_ID} is on its way with Royal Mail, tracking number RM 1 2."
    assert [text.words for text in texter.texts] == [words]


def test_one_message_for_an_event_however_often_it_comes(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    texter = FakeTexter()
    for _ in range(3):
        assert deliver(shop, texter, order_confirmed()) == DONE
    assert len(texter.texts) == 1
    assert outcomes(capsys) == ["Sent", "AlreadySent", "AlreadySent"]


@pytest.mark.parametrize("text_first", [True, False])
def test_mail_and_message_of_one_event_do_not_hinder_each_other(shop: Shop, text_first: bool) -> None:  # noqa: FBT001 - the case
    add_order(shop.table, [line()])
    texter, mailer, event = FakeTexter(), FakeMailer(), order_confirmed()
    shop.sms, shop.mailer = texter, mailer
    senders = [send_text, send_email]
    for sender in senders if text_first else senders[::-1]:
        sender(email_queue(event), None, shop)
    assert (len(texter.texts), len(mailer.mails)) == (1, 1)


def test_a_refused_message_is_sent_when_it_comes_again(shop: Shop, clock: FakeClock) -> None:
    texter = FakeTexter(refusals=1)
    assert deliver(shop, texter, order_confirmed()) == AGAIN
    clock.advance(store.SENDING.total_seconds())
    assert deliver(shop, texter, order_confirmed()) == DONE
    assert len(texter.texts) == 1


def test_the_record_says_by_which_channel(shop: Shop) -> None:
    event = order_confirmed()
    deliver(shop, FakeTexter(), event)
    item = shop.table.get(store.key(CUSTOMER_ID, f"{event.event_id}#sms"))
    assert item is not None
    kept = store.from_item(item)
    assert (kept.channel, kept.status, kept.message_id) == (Channel.SMS, NotificationStatus.SENT, "text-1")


def test_without_the_wish_nothing_is_sent(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    wish(shop, texts=False)
    texter = FakeTexter()
    assert deliver(shop, texter, order_confirmed()) == DONE
    assert (texter.texts, outcomes(capsys)) == ([], ["NotWished"])


@pytest.mark.parametrize("phone", ["020 7946 0000", "+0 20 7946 0000", "+44", "+44 20 7946 0000 0000 0000", ""])
def test_a_number_that_could_be_anybodys_gets_nothing(
    shop: Shop, phone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    give_telephone(shop, phone)
    texter = FakeTexter()
    assert deliver(shop, texter, order_confirmed()) == DONE
    assert (texter.texts, outcomes(capsys)) == ([], ["NoTelephone"])


def test_a_customer_who_is_gone_gets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    shop, texter = make_shop(), FakeTexter()
    wish(shop, texts=True)
    assert deliver(shop, texter, order_confirmed()) == DONE
    assert (texter.texts, outcomes(capsys)) == ([], ["CustomerGone"])


def test_no_number_is_logged(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(shop, FakeTexter(refusals=1), order_confirmed(), order_fulfilled())
    assert "7946" not in capsys.readouterr().out
