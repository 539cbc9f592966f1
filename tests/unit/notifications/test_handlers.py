from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import call, customer_event, make_shop, public_event

from tradewind.notifications.handlers import get_preferences, update_preferences
from tradewind.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def preferences(*, reminders: bool, sms: bool) -> dict[str, Any]:
    return {"email": {"reminders": reminders}, "sms": {"orders": sms}}


def test_defaults_are_reminders_on_and_short_messages_off(shop: Shop) -> None:
    defaults = {"email": {"orders": True, "reminders": True}, "sms": {"orders": False}}
    assert call(get_preferences, customer_event(), shop) == (200, defaults)


@pytest.mark.parametrize(("reminders", "sms"), [(False, True), (True, False), (False, False), (True, True)])
def test_updated_preferences_are_saved(shop: Shop, reminders: bool, sms: bool) -> None:  # noqa: FBT001 - the case
    expected = {"email": {"orders": True, "reminders": reminders}, "sms": {"orders": sms}}
    call(update_preferences, customer_event(preferences(reminders=not reminders, sms=not sms)), shop)
    assert call(update_preferences, customer_event(preferences(reminders=reminders, sms=sms)), shop) == (200, expected)
    assert call(get_preferences, customer_event(), shop) == (200, expected)


def test_preferences_are_each_customers_own(shop: Shop) -> None:
    call(update_preferences, customer_event(preferences(reminders=False, sms=True)), shop)
    _, others = call(get_preferences, customer_event(user_id="01KAJ0THER0000000000000001"), shop)
    assert others["sms"] == {"orders": False}
    assert call(update_preferences, public_event(preferences(reminders=False, sms=True)), shop)[0] == 401


def test_order_emails_cannot_be_turned_off(shop: Shop) -> None:
    answered = {"email": {"orders": False, "reminders": False}, "sms": {"orders": False}}
    _, kept = call(update_preferences, customer_event(answered), shop)
    assert kept["email"] == {"orders": True, "reminders": False}


def test_missing_or_mistyped_preference_is_refused(shop: Shop) -> None:
    status, answer = call(update_preferences, customer_event({"email": {}, "sms": {"orders": "yes"}}), shop)
    assert (status, [detail["field"] for detail in answer["details"]]) == (422, ["email.reminders", "sms.orders"])
