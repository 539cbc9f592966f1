from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import call, customer_event, make_shop, public_event

from tradewind.notifications.preferences import get_preferences, set_preferences
from tradewind.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def wishes(*, reminders: bool, texts: bool) -> dict[str, Any]:
    return {"email": {"reminders": reminders}, "sms": {"orders": texts}}


def test_until_a_customer_says_otherwise_mails_come_and_short_messages_do_not(shop: Shop) -> None:
    usual = {"email": {"orders": True, "reminders": True}, "sms": {"orders": False}}
    assert call(get_preferences, customer_event(), shop) == (200, usual)


@pytest.mark.parametrize(("reminders", "texts"), [(False, True), (True, False), (False, False), (True, True)])
def test_what_a_customer_wishes_is_kept(shop: Shop, reminders: bool, texts: bool) -> None:  # noqa: FBT001 - the case
    wished = {"email": {"orders": True, "reminders": reminders}, "sms": {"orders": texts}}
    call(set_preferences, customer_event(wishes(reminders=not reminders, texts=not texts)), shop)
    assert call(set_preferences, customer_event(wishes(reminders=reminders, texts=texts)), shop) == (200, wished)
    assert call(get_preferences, customer_event(), shop) == (200, wished)


def test_nobody_wishes_for_somebody_else(shop: Shop) -> None:
    call(set_preferences, customer_event(wishes(reminders=False, texts=True)), shop)
    _, others = call(get_preferences, customer_event(user_id="01KAJ0THER0000000000000001"), shop)
    assert others["sms"] == {"orders": False}
    assert call(set_preferences, public_event(wishes(reminders=False, texts=True)), shop)[0] == 401


def test_mails_about_orders_cannot_be_turned_off(shop: Shop) -> None:
    answered = {"email": {"orders": False, "reminders": False}, "sms": {"orders": False}}
    _, kept = call(set_preferences, customer_event(answered), shop)
    assert kept["email"] == {"orders": True, "reminders": False}


def test_every_wish_is_said(shop: Shop) -> None:
    status, answer = call(set_preferences, customer_event({"email": {}, "sms": {"orders": "yes"}}), shop)
    assert (status, [detail["field"] for detail in answer["details"]]) == (422, ["email.reminders", "sms.orders"])
