from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import event_types
from tests.unit.identity.factors import add_factor
from tests.unit.identity.people import login, refresh, register
from tests.unit.privacy.deletions import EMAIL, buy, delete, make_buyer, make_member, settle

from tradewind.aws.table import ConditionFailed, Update
from tradewind.edge.access import user_key
from tradewind.identity.handlers import update_user
from tradewind.identity.reads import find_factor
from tradewind.identity.totp import step_of
from tradewind.identity.writes import replace_factor
from tradewind.kernel.caller import AccountStatus
from tradewind.ordering.change_handlers import cancel_order, fulfil_order
from tradewind.privacy import deletion_handlers
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
