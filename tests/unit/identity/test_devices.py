from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.fakes import FakeClock, admin_event, call, customer_event, public_event
from tests.unit.identity.factors import add_factor, challenge_of
from tests.unit.identity.people import EMAIL, PASSWORD, Member, at_once, register

from tradewind.aws.events import timeline
from tradewind.identity import handlers, reads, sign_in
from tradewind.identity.devices import mark_device
from tradewind.identity.model import DEVICE_REMEMBERED
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
NEXT_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1"


def sign_in_with(shop: Shop, device: str) -> Member:
    headers = {"User-Agent": device}
    event = public_event({"email": EMAIL, "password": PASSWORD}, headers=headers)
    status, body = call(sign_in.login, event, shop)
    assert status == 200, body
    return Member(body["user"]["userId"], body["token"], body["refreshToken"])


@pytest.fixture
def user_id(shop: Shop) -> str:
    registered: str = register(shop)[1]["userId"]
    return registered


def told(shop: Shop, user_id: str) -> list[Event]:
    recorded = timeline(shop.table, user_partition(user_id))
    return [event for event in recorded if event.type == "SignedInFromNewDevice"]


def test_nobody_is_told_of_the_first_sign_in(shop: Shop, user_id: str) -> None:
    sign_in_with(shop, FIREFOX)
    assert told(shop, user_id) == []


def test_owner_is_told_of_another_device_once(shop: Shop, user_id: str) -> None:
    sign_in_with(shop, FIREFOX)
    session_id = sign_in_with(shop, IPHONE).refresh_token.split(".")[1]
    sign_in_with(shop, IPHONE)
    sign_in_with(shop, FIREFOX)
    [event] = told(shop, user_id)
    assert event.data == {"userId": user_id, "sessionId": session_id}


def test_updated_browser_is_no_other_device(shop: Shop, user_id: str) -> None:
    assert mark_device(FIREFOX) == mark_device(NEXT_FIREFOX) != mark_device(IPHONE)
    sign_in_with(shop, FIREFOX)
    sign_in_with(shop, NEXT_FIREFOX)
    assert told(shop, user_id) == []


def test_device_is_remembered_for_sixty_days_after_the_last_sign_in(shop: Shop, clock: FakeClock, user_id: str) -> None:
    seconds = DEVICE_REMEMBERED.total_seconds()
    sign_in_with(shop, FIREFOX)
    clock.advance(seconds - 1)
    sign_in_with(shop, FIREFOX)
    clock.advance(seconds - 1)
    sign_in_with(shop, FIREFOX)
    assert told(shop, user_id) == []
    clock.advance(seconds)
    assert shop.table.get(reads.device_key(user_id, mark_device(FIREFOX))), "DynamoDB has not removed it yet"
    sign_in_with(shop, FIREFOX)
    assert len(told(shop, user_id)) == 1


def test_owner_is_told_of_a_sign_in_with_a_second_factor(shop: Shop, clock: FakeClock, user_id: str) -> None:
    app = add_factor(shop, clock, sign_in_with(shop, FIREFOX))
    body = {"challenge": challenge_of(shop), "code": app.code(clock)}
    assert told(shop, user_id) == [], "the password alone begins no session"
    event = public_event(body, headers={"User-Agent": IPHONE})
    assert call(sign_in.login_second_factor, event, shop)[0] == 200
    assert len(told(shop, user_id)) == 1


def test_staff_see_when_somebody_has_signed_in_last(shop: Shop, clock: FakeClock, user_id: str) -> None:
    def shown() -> Any:  # noqa: ANN401 - JSON
        return call(handlers.get_user, admin_event(path={"userId": user_id}), shop)[1]["lastLoginAt"]

    assert shown() is None
    sign_in_with(shop, FIREFOX)
    clock.advance(60)
    sign_in_with(shop, FIREFOX)
    assert datetime.fromisoformat(shown()) == clock.now()
    assert "lastLoginAt" not in call(handlers.get_me, customer_event(user_id=user_id), shop)[1]


def test_signing_in_leaves_the_version_of_the_account(shop: Shop, user_id: str) -> None:
    for _ in range(2):
        sign_in_with(shop, FIREFOX)
    user = reads.find_user(shop.table, user_id)
    assert user
    assert user.version == 1


def test_sign_ins_at_once_all_succeed(shop: Shop, user_id: str) -> None:
    sign_in_with(shop, FIREFOX)
    assert len(at_once(4, lambda: sign_in_with(shop, IPHONE))) == 4
    assert 1 <= len(told(shop, user_id)) <= 4
