from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import event_types, events
from tests.unit.identity.email_changes import NEW, change, undo, undo_tokens
from tests.unit.identity.factors import add_factor
from tests.unit.identity.people import Member, login, refresh, register
from tests.unit.privacy.deletions import (
    EMAIL,
    buy,
    delete,
    deliver,
    erase,
    find_text,
    items_of,
    make_buyer,
    make_member,
    run_job,
    settle,
)

from tradewind.aws.table import ConditionFailed, Update
from tradewind.edge.access import user_key
from tradewind.identity import handlers, list_handlers, reads
from tradewind.identity.handlers import update_user
from tradewind.identity.model import UNDO_LIFETIME
from tradewind.identity.reads import find_factor
from tradewind.identity.totp import step_of
from tradewind.identity.writes import replace_factor
from tradewind.kernel.caller import AccountStatus
from tradewind.notifications.handlers import update_preferences
from tradewind.ordering.change_handlers import cancel_order, fulfil_order
from tradewind.privacy import deletion_handlers
from tradewind.privacy.model import GRACE
from tradewind.privacy.reads import find_deletion
from tradewind.shop import Shop


def delete_as_admin(shop: Shop, user_id: str) -> tuple[int, Any]:
    return call(deletion_handlers.delete_account, admin_event(path={"userId": user_id}), shop)


def test_account_is_closed_at_once() -> None:
    shop = make_shop()
    member = make_member(shop)
    status, body = delete(shop, member.user_id)
    assert (status, body["status"], body["userId"]) == (202, "deleting", member.user_id)
    assert event_types(shop)[-1] == "AccountDeletionRequested"
    assert login(shop, EMAIL)[0] == 403
    assert refresh(shop, member.refresh_token)[0] == 401
    assert register(shop, email=EMAIL)[1]["error"] == "EmailTaken"


def test_wrong_password_deletes_nothing() -> None:
    shop = make_shop()
    member = make_member(shop)
    assert delete(shop, member.user_id, "a guess")[1]["error"] == "WrongPassword"
    assert login(shop, EMAIL)[0] == 200


def test_code_that_deleted_an_account_is_spent_with_it() -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    app = add_factor(shop, clock, make_member(shop))
    clock.advance(60)
    assert delete(shop, app.member.user_id, code=app.code(clock))[0] == 202
    factor = find_factor(shop.table, app.member.user_id)
    assert factor is not None
    assert factor.last_step == step_of(clock.now())


def test_code_deletes_nothing_after_it_has_signed_somebody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    app = add_factor(shop, clock, make_member(shop))
    clock.advance(60)

    def use_the_code_meanwhile(*_: object) -> list[object]:
        factor = find_factor(shop.table, app.member.user_id)
        assert factor is not None
        shop.table.write(replace_factor(msgspec.structs.replace(factor, last_step=step_of(clock.now())), factor))
        return []

    monkeypatch.setattr(deletion_handlers, "list_unfinished_orders", use_the_code_meanwhile)
    assert delete(shop, app.member.user_id, code=app.code(clock))[1]["error"] == "UserChanged"
    assert "AccountDeletionRequested" not in event_types(shop)


def test_account_that_is_gone_is_not_found() -> None:
    assert delete(make_shop(), CUSTOMER_ID)[1]["error"] == "UserNotFound"


def test_account_is_deleted_once_however_often_it_is_asked_for() -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    member = make_member(shop)
    first = delete(shop, member.user_id)
    clock.advance(60)
    assert delete(shop, member.user_id) == first
    assert event_types(shop).count("AccountDeletionRequested") == 1


def test_account_that_changes_meanwhile_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make_shop()
    member = make_member(shop)

    def lose(_: object) -> None:
        raise ConditionFailed

    monkeypatch.setattr(shop.table, "transact", lose)
    assert delete(shop, member.user_id)[1]["error"] == "UserChanged"


def test_administrator_deletes_an_account_of_somebody_else() -> None:
    shop = make_buyer()
    assert delete_as_admin(shop, CUSTOMER_ID)[0] == 202
    assert delete_as_admin(shop, ADMIN_ID)[1]["error"] == "OwnAccount"
    assert delete_as_admin(shop, "01KAJ0CSTMR000000000000099")[1]["error"] == "UserNotFound"


def test_administrator_does_not_delete_an_account_of_their_own_as_a_customer() -> None:
    assert delete(make_buyer(), ADMIN_ID)[1]["error"] == "OwnAccount"


def test_account_that_is_being_deleted_is_not_opened_again() -> None:
    shop = make_buyer()
    delete_as_admin(shop, CUSTOMER_ID)
    event = admin_event({"status": "active"}, path={"userId": CUSTOMER_ID})
    assert call(update_user, event, shop)[1]["error"] == "AccountDeleting"
    event = admin_event({"status": "deleting"}, path={"userId": ADMIN_ID})
    assert call(update_user, event, shop)[0] == 422


def test_disabled_account_is_deleted_by_an_administrator() -> None:
    shop = make_buyer()
    shop.table.write(Update(user_key(CUSTOMER_ID), set={"status": AccountStatus.DISABLED.value}))
    assert delete_as_admin(shop, CUSTOMER_ID)[0] == 202


def test_unfinished_orders_keep_an_account_open() -> None:
    shop = make_buyer()
    confirmed = buy(shop)
    status, body = delete_as_admin(shop, CUSTOMER_ID)
    assert (status, body["error"]) == (409, "OrdersUnfinished")
    assert body["details"] == [{"field": confirmed, "message": "is processing"}]
    shipment = {"carrier": "Royal Mail", "trackingNumber": "RM1"}
    call(fulfil_order, admin_event(shipment, path={"orderId": confirmed}), shop)
    assert delete_as_admin(shop, CUSTOMER_ID)[0] == 202


def test_cancelled_order_keeps_an_account_open_until_its_money_is_back() -> None:
    shop = make_buyer()
    order_id = buy(shop)
    call(cancel_order, customer_event(path={"orderId": order_id}), shop)
    assert delete_as_admin(shop, CUSTOMER_ID)[1]["details"] == [{"field": order_id, "message": "is cancelled"}]
    settle(shop, order_id)
    assert delete_as_admin(shop, CUSTOMER_ID)[0] == 202


NEWEST = "grace@navy.example"


class Theft(NamedTuple):
    """Somebody has changed the address of an account and deleted it; the owner has the links of the mails."""

    shop: Shop
    clock: FakeClock
    member: Member
    links: list[str]


@pytest.fixture
def theft() -> Theft:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    member = make_member(shop)
    preferences = {"email": {"reminders": False}, "sms": {"orders": False}}
    assert call(update_preferences, customer_event(preferences, user_id=member.user_id), shop)[0] == 200
    change(shop, member)
    links = undo_tokens(shop, member)
    clock.advance(timedelta(days=1).total_seconds())
    assert delete(shop, member.user_id)[0] == 202
    return Theft(shop, clock, member, links)


def wait(theft: Theft, time: timedelta) -> None:
    theft.clock.advance(time.total_seconds())
    run_job(theft.shop)
    if "AccountErasureDue" in event_types(theft.shop):
        erase(theft.shop, "AccountErasureDue")


def test_owner_undoes_the_deletion_with_the_change(theft: Theft) -> None:
    erase(theft.shop)
    assert undo(theft.shop, theft.links[0]) == (204, None)
    user = reads.find_user(theft.shop.table, theft.member.user_id)
    assert user
    assert (user.email, user.status, user.reopens_as) == (EMAIL, AccountStatus.ACTIVE, None)
    assert "PREFERENCES" in items_of(theft.shop, f"USER#{theft.member.user_id}")
    assert event_types(theft.shop)[-3:].count("AccountDeletionUndone") == 1
    assert "PasswordResetRequested" in event_types(theft.shop)


def test_account_that_was_kept_is_in_the_lists_and_its_deletion_forgotten(theft: Theft) -> None:
    undo(theft.shop, theft.links[0])
    listed = call(list_handlers.list_users, admin_event(query={"namePrefix": "lovelace"}), theft.shop)[1]["items"]
    assert [each["email"] for each in listed] == [EMAIL]
    wait(theft, UNDO_LIFETIME + GRACE)
    assert find_deletion(theft.shop.table, theft.member.user_id) is None
    assert reads.find_user(theft.shop.table, theft.member.user_id)
    assert "AccountErased" not in event_types(theft.shop)


def test_nothing_is_erased_as_long_as_the_owner_can_undo_it(theft: Theft) -> None:
    before = items_of(theft.shop, f"USER#{theft.member.user_id}").keys()
    erase(theft.shop)
    wait(theft, UNDO_LIFETIME - timedelta(days=1, seconds=1))
    assert items_of(theft.shop, f"USER#{theft.member.user_id}").keys() == before
    assert undo(theft.shop, theft.links[0])[0] == 204


def test_account_is_erased_when_the_time_is_over(theft: Theft) -> None:
    erase(theft.shop)
    wait(theft, UNDO_LIFETIME - timedelta(days=1))
    assert undo(theft.shop, theft.links[0])[1]["error"] == "ChangeLinkExpired"
    wait(theft, GRACE)
    assert reads.find_user(theft.shop.table, theft.member.user_id) is None
    assert (find_text(theft.shop, EMAIL), find_text(theft.shop, NEW)) == (set(), set())
    assert register(theft.shop, email=EMAIL)[0] == 201


def test_each_address_before_is_told_and_the_present_one(theft: Theft) -> None:
    assert event_types(theft.shop).count("AccountDeletionRequested") == 1
    assert event_types(theft.shop).count("AccountDeletionUndoable") == 1


def test_addresses_are_told_once_each_and_with_the_link_that_undoes_the_most() -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    member = make_member(shop)
    for email in (NEW, NEWEST, NEW):
        clock.advance(timedelta(hours=2).total_seconds())
        change(shop, member, email)
    user = reads.find_user(shop.table, member.user_id)
    assert user
    delete(shop, member.user_id)
    told = [event.data["changeId"] for event in events(shop) if event.type == "AccountDeletionUndoable"]
    assert told == [user.previous_emails[0].change_id, user.previous_emails[2].change_id]


def test_account_that_was_kept_can_be_deleted_again(theft: Theft) -> None:
    undo(theft.shop, theft.links[0])
    event = admin_event(path={"userId": theft.member.user_id})
    assert call(deletion_handlers.delete_account, event, theft.shop)[0] == 202
    first = next(event for event in events(theft.shop) if event.type == "AccountDeletionRequested")
    assert deliver(theft.shop, first)
    theft.clock.advance(GRACE.total_seconds())
    run_job(theft.shop)
    erase(theft.shop, "AccountErasureDue")
    assert reads.find_user(theft.shop.table, theft.member.user_id) is None


def test_account_that_staff_had_closed_is_not_opened_by_a_link() -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    member = make_member(shop)
    change(shop, member)
    (link,) = undo_tokens(shop, member)
    path = {"userId": member.user_id}
    assert call(handlers.update_user, admin_event({"status": "disabled"}, path=path), shop)[0] == 200
    assert call(deletion_handlers.delete_account, admin_event(path=path), shop)[0] == 202
    assert undo(shop, link)[0] == 204
    user = reads.find_user(shop.table, member.user_id)
    assert user
    assert (user.email, user.status) == (EMAIL, AccountStatus.DISABLED)


def test_link_of_a_change_that_is_over_stops_no_deletion() -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    member = make_member(shop)
    change(shop, member)
    (link,) = undo_tokens(shop, member)
    clock.advance(UNDO_LIFETIME.total_seconds())
    delete(shop, member.user_id)
    assert "AccountDeletionUndoable" not in event_types(shop)
    assert undo(shop, link)[0] == 422
    assert login(shop, NEW)[1]["error"] == "AccountDisabled"
