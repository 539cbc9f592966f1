"""The removal of a second factor that was lost, by the shop's people, after a wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, FakeClock, admin_event, call, staff_event
from tests.trading import event_types, with_people
from tests.unit.identity.email_changes import change
from tests.unit.identity.factors import Authenticator, add_factor, begin, challenge_of, finish
from tests.unit.identity.people import EMAIL, Member, login, refresh, sign_in_member

from tradewind.identity import factor_removal, handlers, reads
from tradewind.identity.closing import close_account
from tradewind.identity.jobs import remove_lost_factors
from tradewind.identity.model import FACTOR_REMOVAL_DELAY, User
from tradewind.kernel.caller import Permission
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

REASON = "Showed her passport in the shop"
MOMENT = timedelta(seconds=1)


@pytest.fixture
def app(shop: Shop, ada: Member, clock: FakeClock) -> Authenticator:
    """Ada has a second factor."""
    return add_factor(shop, clock, ada)


def remove(shop: Shop, user_id: str, reason: str = REASON) -> tuple[int, Any]:
    event = staff_event({"reason": reason}, permissions=[Permission.CUSTOMERS], path={"userId": user_id})
    return call(factor_removal.request_factor_removal, event, shop)


def remove_as_admin(shop: Shop, user_id: str) -> tuple[int, Any]:
    event = admin_event({"reason": REASON}, path={"userId": user_id})
    return call(factor_removal.request_factor_removal, event, shop)


def change_access(shop: Shop, user_id: str, **access: object) -> None:
    assert call(handlers.update_user, admin_event(access, path={"userId": user_id}), shop)[0] == 200


def find(shop: Shop, member: Member) -> User:
    user = reads.find_user(shop.table, member.user_id)
    assert user is not None
    return user


def wait(clock: FakeClock, time: timedelta = FACTOR_REMOVAL_DELAY) -> None:
    clock.advance(time.total_seconds())


def count_waiting(shop: Shop) -> int:
    assert isinstance(shop.table, MemoryTable)
    return sum(item["SK"] == "FACTORREMOVAL" for item in shop.table.all_items())


def test_factor_is_gone_after_the_wait_and_the_password_is_still_asked_for(
    shop: Shop, clock: FakeClock, app: Authenticator
) -> None:
    status, body = remove(shop, app.member.user_id)
    assert (status, body["userId"]) == (202, app.member.user_id)
    wait(clock, FACTOR_REMOVAL_DELAY - MOMENT)
    assert remove_lost_factors.handle(shop) == 0
    assert login(shop)[1]["error"] == "SecondFactorRequired"
    wait(clock, MOMENT)
    assert remove_lost_factors.handle(shop) == 1
    assert login(shop, password="a guess")[1]["error"] == "InvalidCredentials"
    assert login(shop)[0] == 200
    assert reads.find_factor(shop.table, app.member.user_id) is None
    assert event_types(shop).count("SecondFactorRemoved") == 1
    assert (remove_lost_factors.handle(shop), count_waiting(shop)) == (0, 0)


def test_account_may_have_another_factor_afterwards(shop: Shop, clock: FakeClock, app: Authenticator) -> None:
    remove(shop, app.member.user_id)
    wait(clock)
    remove_lost_factors.handle(shop)
    assert begin(shop, sign_in_member(shop))[0] == 201


def test_every_session_ends_at_once(shop: Shop, app: Authenticator) -> None:
    assert remove(shop, app.member.user_id)[0] == 202
    assert refresh(shop, app.member.refresh_token)[0] == 401


@pytest.mark.parametrize("is_code", [True, False], ids=["code", "recovery code"])
def test_who_signs_in_by_the_factor_keeps_it(
    shop: Shop, clock: FakeClock, app: Authenticator, *, is_code: bool
) -> None:
    remove(shop, app.member.user_id)
    shown = {"code": app.code(clock)} if is_code else {"recoveryCode": app.recovery_codes[0]}
    assert finish(shop, challenge_of(shop), **shown)[0] == 200
    wait(clock)
    assert remove_lost_factors.handle(shop) == 0
    assert login(shop)[1]["error"] == "SecondFactorRequired"
    assert (find(shop, app.member).second_factor_removal_at, count_waiting(shop)) == (None, 0)


def test_right_password_alone_does_not_stop_the_removal(shop: Shop, clock: FakeClock, app: Authenticator) -> None:
    remove(shop, app.member.user_id)
    challenge_of(shop)
    wait(clock)
    assert remove_lost_factors.handle(shop) == 1


def test_asking_again_does_not_put_it_off(shop: Shop, clock: FakeClock, app: Authenticator) -> None:
    first = remove(shop, app.member.user_id)
    wait(clock, timedelta(days=1))
    assert remove(shop, app.member.user_id) == first
    assert event_types(shop).count("SecondFactorRemovalRequested") == 1


def test_removal_that_was_stopped_waits_anew_when_asked_for_again(
    shop: Shop, clock: FakeClock, app: Authenticator
) -> None:
    remove(shop, app.member.user_id)
    wait(clock, timedelta(days=1))
    finish(shop, challenge_of(shop), code=app.code(clock))
    remove(shop, app.member.user_id)
    wait(clock, FACTOR_REMOVAL_DELAY - timedelta(days=1))
    assert remove_lost_factors.handle(shop) == 0
    wait(clock, timedelta(days=1))
    assert remove_lost_factors.handle(shop) == 1


def test_closing_the_account_stops_it(shop: Shop, clock: FakeClock, app: Authenticator) -> None:
    remove(shop, app.member.user_id)
    for status in ("disabled", "active"):
        change_access(shop, app.member.user_id, status=status)
    wait(clock)
    assert remove_lost_factors.handle(shop) == 0
    assert find(shop, app.member).has_second_factor


def test_staff_see_when_it_is_due(shop: Shop, app: Authenticator) -> None:
    due_at = remove(shop, app.member.user_id)[1]["dueAt"]
    _, shown = call(handlers.get_user, admin_event(path={"userId": app.member.user_id}), shop)
    assert shown["secondFactorRemovalAt"] == due_at


def test_reason_is_asked_for(shop: Shop, app: Authenticator) -> None:
    status, body = remove(shop, app.member.user_id, "")
    assert (status, [detail["field"] for detail in body["details"]]) == (422, ["reason"])


def test_factors_of_the_shops_people_are_for_administrators(shop: Shop, app: Authenticator) -> None:
    change_access(shop, app.member.user_id, role="staff", permissions=["orders"])
    assert remove(shop, app.member.user_id)[1]["error"] == "AdminOnly"
    assert remove_as_admin(shop, app.member.user_id)[0] == 202


def test_nobody_has_their_own_removed(shop: Shop) -> None:
    assert remove_as_admin(with_people(shop), ADMIN_ID)[1]["error"] == "OwnAccount"


def test_account_without_a_factor_or_a_future_is_refused(shop: Shop, ada: Member) -> None:
    assert remove(shop, CUSTOMER_ID)[1]["error"] == "UserNotFound"
    assert remove(shop, ada.user_id)[1]["error"] == "NoSecondFactor"
    shop.table.transact(close_account(find(shop, ada), shop))
    assert remove(shop, ada.user_id)[1]["error"] == "AccountDeleting"


def test_address_that_was_changed_lately_is_a_reason_to_wait(shop: Shop, clock: FakeClock, ada: Member) -> None:
    change(shop, ada)
    add_factor(shop, clock, ada)
    assert remove(shop, ada.user_id)[1]["error"] == "EmailChangedLately"
    wait(clock, timedelta(days=7))
    assert remove(shop, ada.user_id)[0] == 202


def test_code_right_before_the_job_writes_wins(
    shop: Shop, clock: FakeClock, app: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove(shop, app.member.user_id)
    wait(clock)
    seen = find(shop, app.member)
    assert finish(shop, challenge_of(shop), code=app.code(clock))[0] == 200
    factor = reads.find_factor(shop.table, app.member.user_id)
    assert factor
    monkeypatch.setattr(reads, "find_user", lambda *_: seen)
    assert remove_lost_factors.handle(shop) == 0
    monkeypatch.undo()
    assert find(shop, app.member).email == EMAIL
    assert find(shop, app.member).has_second_factor
