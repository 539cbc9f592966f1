from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, call, make_shop, public_event
from tests.unit.notifications.scene import FakeMailer, add_customer, cart_abandoned, email_queue, put_into_cart

from tradewind.notifications import reads
from tradewind.notifications.consumers import send_email
from tradewind.notifications.model import Preferences
from tradewind.notifications.unsubscribe import show_unsubscribe_page, unsubscribe
from tradewind.notifications.unsubscribe_links import find_unsubscribe_url
from tradewind.notifications.writes import save_preferences
from tradewind.settings import Settings
from tradewind.shop import Shop

API = "https://shop.example/v1"
ONE_CLICK = "List-Unsubscribe=One-Click"
MULTIPART = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = make_shop(clock=clock, settings=Settings(api_url=API))
    add_customer(shop.table, emailVerified=True)
    return shop


def token_of(shop: Shop) -> str:
    return find_unsubscribe_url(CUSTOMER_ID, shop).removeprefix(f"{API}/unsubscribe/")


def form(token: str, body: str = ONE_CLICK) -> dict[str, Any]:
    """As a mail program sends it: no token of an account, no cookie."""
    event = public_event(path={"token": token})
    return {**event, "body": body, "headers": {"content-type": "application/x-www-form-urlencoded"}}


def wants_reminders(shop: Shop) -> bool:
    return reads.find_preferences(shop.table, CUSTOMER_ID).reminders


@pytest.mark.parametrize("body", [ONE_CLICK, f"{ONE_CLICK}\r\n", f"x=1&{ONE_CLICK}", MULTIPART])
def test_one_click_turns_reminders_off_however_often_it_comes(shop: Shop, body: str) -> None:
    for _ in range(2):
        answer = unsubscribe(form(token_of(shop), body), None, shop)
        assert (answer["statusCode"], wants_reminders(shop)) == (200, False)
        assert "Reminders are off" in answer["body"]
        assert answer["headers"]["content-type"].startswith("text/html")
        assert {"location", "set-cookie"}.isdisjoint(answer["headers"])


def test_other_preferences_stay_as_they_are(shop: Shop) -> None:
    shop.table.write(save_preferences(CUSTOMER_ID, Preferences(order_sms=True)))
    unsubscribe(form(token_of(shop)), None, shop)
    assert reads.find_preferences(shop.table, CUSTOMER_ID) == Preferences(reminders=False, order_sms=True)


def test_page_asks_and_changes_nothing(shop: Shop) -> None:
    answer = show_unsubscribe_page(public_event(path={"token": token_of(shop)}), None, shop)
    assert (answer["statusCode"], wants_reminders(shop)) == (200, True)
    assert '<form method="post">' in answer["body"]
    assert 'name="List-Unsubscribe" value="One-Click"' in answer["body"]
    policy = answer["headers"]["content-security-policy"].split("; ")
    assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=No", "{}", "--x\r\n\r\nOne-Click\r\n--x--"])
def test_another_form_changes_nothing(shop: Shop, body: str) -> None:
    assert call(unsubscribe, form(token_of(shop), body), shop)[1]["error"] == "NotOneClick"
    assert wants_reminders(shop)


@pytest.mark.parametrize(
    "change", [str.lower, lambda token: f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}", lambda _: "x"]
)
def test_changed_link_is_refused(shop: Shop, change: Any) -> None:  # noqa: ANN401 - a function of a text
    token = change(token_of(shop))
    refused = call(unsubscribe, form(token), shop), call(show_unsubscribe_page, form(token), shop)
    assert [(status, answer["error"]) for status, answer in refused] == [(422, "InvalidUnsubscribeLink")] * 2
    assert wants_reminders(shop)


def test_link_of_one_user_does_not_fit_another(shop: Shop) -> None:
    stolen = token_of(shop).replace(CUSTOMER_ID, "01KAJ0THER0000000000000001")
    assert call(unsubscribe, form(stolen), shop)[0] == 422


def test_reminder_has_the_link_and_both_headers(shop: Shop) -> None:
    put_into_cart(shop)
    mailer = shop.mailer = FakeMailer()
    send_email(email_queue(cart_abandoned()), None, shop)
    (mail,) = mailer.mails
    url = find_unsubscribe_url(CUSTOMER_ID, shop)
    assert mail.headers == {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert f"Turn reminders off: {url}\n" in mail.text
    assert f'href="{url}"' in mail.html


def test_mail_has_no_headers_where_its_link_is_not_on_https(shop: Shop) -> None:
    put_into_cart(shop)
    shop.settings = msgspec.structs.replace(shop.settings, api_url="http://localhost:8080/v1")
    mailer = shop.mailer = FakeMailer()
    send_email(email_queue(cart_abandoned()), None, shop)
    (mail,) = mailer.mails
    assert mail.headers == {}
    assert "http://localhost:8080/v1/unsubscribe/" in mail.text


def test_reminder_of_a_shop_that_does_not_know_its_api_has_no_link(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    add_customer(shop.table, emailVerified=True)
    put_into_cart(shop)
    mailer = shop.mailer = FakeMailer()
    send_email(email_queue(cart_abandoned()), None, shop)
    (mail,) = mailer.mails
    assert "Turn reminders off" not in mail.text + mail.html
