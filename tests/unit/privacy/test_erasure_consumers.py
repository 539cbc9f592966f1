from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import event_types, events, order_of, submit_order
from tests.unit.identity.factors import add_factor
from tests.unit.identity.people import login, register
from tests.unit.privacy.deletions import (
    EMAIL,
    buy,
    continued,
    delete,
    deliver,
    erase,
    erase_to_the_end,
    find_text,
    items_of,
    make_buyer,
    make_member,
    run_job,
    settle,
)

from tradewind.aws.table import Item, Put, Update
from tradewind.cart.handlers import add_item
from tradewind.edge.access import user_key
from tradewind.kernel.clock import iso
from tradewind.notifications.handlers import update_preferences
from tradewind.ordering.change_handlers import fulfil_order, refund_order
from tradewind.ordering.reads import order_key
from tradewind.payments.consumers import issue_refund
from tradewind.payments.public import balance, ledger_from
from tradewind.privacy import deletion_handlers, erasing, erasure_consumers
from tradewind.privacy.model import GRACE
from tradewind.privacy.reads import find_deletion
from tradewind.shop import Shop

YEARS = timedelta(days=366 * 9)
STREET = "1 Lane"
EARLIER, TAKEN = "earlier@example.com", "of-somebody-else-now@example.com"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def deleted_member(shop: Shop) -> str:
    user_id = make_member(shop).user_id
    preferences = {"email": {"reminders": False}, "sms": {"orders": False}}
    assert call(update_preferences, customer_event(preferences, user_id=user_id), shop)[0] == 200
    assert delete(shop, user_id)[0] == 202
    return user_id


def delete_buyer(shop: Shop) -> None:
    assert call(deletion_handlers.delete_account, admin_event(path={"userId": CUSTOMER_ID}), shop)[0] == 202


def send(shop: Shop, order_id: str) -> None:
    shipment = {"carrier": "Royal Mail", "trackingNumber": "RM1"}
    assert call(fulfil_order, admin_event(shipment, path={"orderId": order_id}), shop)[0] == 200


def refund(shop: Shop, order_id: str) -> None:
    body = {"reason": "Mrs Lovelace found it broken"}
    assert call(refund_order, admin_event(body, path={"orderId": order_id}), shop)[0] == 201
    (requested,) = [event for event in events(shop) if event.type == "RefundRequested"]
    record = {"messageId": "1", "body": msgspec.json.encode({"detail": requested}).decode()}
    assert issue_refund({"Records": [record]}, None, shop) == {"batchItemFailures": []}


def test_all_but_the_profile_goes_at_once(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    user_id = deleted_member(shop)
    erase(shop)
    left = {sort.partition("#")[0] for sort in items_of(shop, f"USER#{user_id}")}
    assert left == {"PROFILE", "DELETION", "EVENT"}
    assert login(shop, EMAIL)[0] == 403


def test_nothing_names_a_person_an_hour_after_the_deletion(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    user_id = deleted_member(shop)
    login(shop, EMAIL, "a guess")
    erase_to_the_end(shop, clock)
    assert {sort.partition("#")[0] for sort in items_of(shop, f"USER#{user_id}")} == {"DELETION", "EVENT"}
    assert items_of(shop, f"EMAIL#{EMAIL}") == {}
    for text in (EMAIL, "Ada", "Lovelace"):
        assert find_text(shop, text) == set()
    assert event_types(shop)[-1] == "AccountErased"


def test_address_is_free_again(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    deleted_member(shop)
    erase_to_the_end(shop, clock)
    assert login(shop, EMAIL)[0] == 401
    assert register(shop, email=EMAIL)[0] == 201
    run_job(shop)
    assert login(shop, EMAIL)[0] == 200


def test_second_factor_goes_with_its_account(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    app = add_factor(shop, clock, make_member(shop))
    user_id = app.member.user_id
    assert items_of(shop, f"FACTOR#{user_id}")
    assert delete(shop, user_id)[1]["error"] == "WrongCode"
    assert delete(shop, user_id, code=app.code(clock))[0] == 202
    erase(shop)
    assert items_of(shop, f"FACTOR#{user_id}") == {}


def test_earlier_addresses_are_free_and_forgotten(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    user_id = deleted_member(shop)
    change = {"changeId": "1", "requestedAt": iso(clock.now())}
    before = [{**change, "email": email, "undoUntil": iso(clock.now())} for email in (EARLIER, TAKEN)]
    wanted = {**change, "email": "wanted@example.com", "passwordVersion": 1}
    shop.table.write(Update(user_key(user_id), set={"previousEmails": before, "pendingEmail": wanted}))
    for email, owner in ((EARLIER, user_id), (TAKEN, CUSTOMER_ID)):
        shop.table.write(Put({"PK": f"EMAIL#{email}", "SK": "CLAIM", "userId": owner}))
    attempts = {"attempts": 3, "lastAt": 1, "expiresAt": 1}
    shop.table.write(Put({"PK": f"EMAIL#{TAKEN}", "SK": "ATTEMPTS", **attempts}))
    erase_to_the_end(shop, clock)
    assert find_text(shop, EARLIER) == set()
    assert find_text(shop, "wanted@example.com") == set()
    assert items_of(shop, f"EMAIL#{TAKEN}")["CLAIM"]["userId"] == CUSTOMER_ID
    assert "ATTEMPTS" in items_of(shop, f"EMAIL#{TAKEN}"), "those of its owner now"


def test_what_was_written_just_after_the_deletion_goes_with_the_profile(clock: FakeClock) -> None:
    shop = make_buyer(clock)
    delete_buyer(shop)
    erase(shop)
    assert call(add_item, customer_event({"productId": "mug", "quantity": 1}), shop)[0] == 201
    clock.advance(GRACE.total_seconds())
    run_job(shop)
    erase(shop, "AccountErasureDue")
    assert not {"OPENCART", "CART#mug"} & items_of(shop, f"USER#{CUSTOMER_ID}").keys()


def test_what_was_on_its_way_when_the_account_was_erased_goes_an_hour_later(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    user_id = deleted_member(shop)
    clock.advance(GRACE.total_seconds())
    erase(shop)
    assert event_types(shop)[-1] == "AccountErased"
    shop.table.write(Put({"PK": f"USER#{user_id}", "SK": "NOTIFICATION#of-a-sender-that-still-saw-the-account"}))
    clock.advance(GRACE.total_seconds())
    run_job(shop)
    erase(shop, "AccountErasureDue")
    assert {sort.partition("#")[0] for sort in items_of(shop, f"USER#{user_id}")} == {"DELETION", "EVENT"}
    assert "GSI2PK" not in items_of(shop, f"USER#{user_id}")["DELETION"]
    assert event_types(shop).count("AccountErased") == 1


def test_paid_order_keeps_name_and_address_until_its_date(clock: FakeClock) -> None:
    shop = make_buyer(clock)
    send(shop, order_id := buy(shop))
    delete_buyer(shop)
    erase_to_the_end(shop, clock)
    assert find_text(shop, STREET) == {f"USER#{CUSTOMER_ID} ORDER#{order_id}"}
    clock.advance(YEARS.total_seconds())
    run_job(shop)
    erase(shop, "AccountErasureDue")
    assert find_text(shop, STREET) == set()
    order = order_of(shop, order_id)
    assert (order.shipping_address.country, order.shipping_address.name, order.total_minor) == ("GB", "", 1_250)


def test_books_balance_after_everything_is_gone(clock: FakeClock) -> None:
    shop = make_buyer(clock)
    send(shop, order_id := buy(shop))
    before = balance(ledger_from(items_of(shop, f"ORDER#{order_id}").values()))
    delete_buyer(shop)
    erase_to_the_end(shop, clock)
    clock.advance(YEARS.total_seconds())
    run_job(shop)
    erase(shop, "AccountErasureDue")
    assert balance(ledger_from(items_of(shop, f"ORDER#{order_id}").values())) == before
    assert before.kept == order_of(shop, order_id).total_minor


def test_reason_of_a_refund_goes_with_its_order(clock: FakeClock) -> None:
    shop = make_buyer(clock)
    send(shop, order_id := buy(shop))
    refund(shop, order_id)
    delete_buyer(shop)
    erase_to_the_end(shop, clock)
    assert len(find_text(shop, "Mrs Lovelace")) == 3, "the refund, and two events about it"
    clock.advance(YEARS.total_seconds())
    run_job(shop)
    erase(shop, "AccountErasureDue")
    assert find_text(shop, "Mrs Lovelace") == set()


def test_order_that_was_never_paid_is_anonymised_at_once(clock: FakeClock) -> None:
    shop = make_buyer(clock)
    settle(shop, order_id := buy(shop, "tok_declined"))
    delete_buyer(shop)
    erase(shop)
    assert find_text(shop, STREET) == set()
    assert order_of(shop, order_id).payment_token == ""


def test_order_that_is_still_in_hand_is_left_and_looked_at_a_day_later(clock: FakeClock) -> None:
    shop = make_buyer(clock)
    delete_buyer(shop)
    order_id = place_behind_the_back(shop)
    erase_to_the_end(shop, clock)
    assert find_text(shop, STREET)
    shop.table.write(Update(order_key(CUSTOMER_ID, order_id), set={"status": "cancelled"}))
    clock.advance(timedelta(days=1).total_seconds() + 1)
    run_job(shop)
    erase(shop, "AccountErasureDue")
    assert find_text(shop, STREET) == set()
    assert "GSI2PK" not in items_of(shop, f"USER#{CUSTOMER_ID}")["DELETION"]


def test_large_account_is_erased_in_pages_each_by_an_event_of_its_own(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure_consumers, "PAGE_ITEMS", 1)
    shop = make_shop(clock=clock)
    user_id = deleted_member(shop)
    erase_to_the_end(shop, clock)
    assert len(continued(shop)) > 3
    assert {sort.partition("#")[0] for sort in items_of(shop, f"USER#{user_id}")} == {"DELETION", "EVENT"}


def test_second_delivery_of_an_event_changes_nothing(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    deleted_member(shop)
    erase_to_the_end(shop, clock)
    (requested,) = [event for event in events(shop) if event.type == "AccountDeletionRequested"]
    (due,) = [event for event in events(shop) if event.type == "AccountErasureDue"]
    assert deliver(shop, requested)
    assert deliver(shop, due)
    assert event_types(shop).count("AccountErased") == 1


def test_delivery_that_another_one_overtakes_comes_again(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make_shop(clock=clock)
    deleted_member(shop)
    (requested,) = [event for event in events(shop) if event.type == "AccountDeletionRequested"]
    erase_items = erasing.erase_items

    def overtake(items: Iterable[Item], shop: Shop, *, is_past_grace: bool) -> datetime | None:
        monkeypatch.setattr(erasing, "erase_items", erase_items)
        assert deliver(shop, requested)
        return erase_items(items, shop, is_past_grace=is_past_grace)

    monkeypatch.setattr(erasing, "erase_items", overtake)
    assert not deliver(shop, requested)
    assert deliver(shop, requested)


def test_event_of_an_account_that_nobody_deleted_changes_nothing(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    deleted_member(shop)
    (requested,) = [event for event in events(shop) if event.type == "AccountDeletionRequested"]
    other = make_buyer()
    assert deliver(other, requested)
    assert find_deletion(other.table, requested.data["userId"]) is None


def test_item_of_an_unknown_kind_stops_the_erasure(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    user_id = deleted_member(shop)
    shop.table.write(Put({"PK": f"USER#{user_id}", "SK": "SURPRISE", "email": EMAIL}))
    (requested,) = [event for event in events(shop) if event.type == "AccountDeletionRequested"]
    assert not deliver(shop, requested)
    assert items_of(shop, f"USER#{user_id}")["PROFILE"]


def place_behind_the_back(shop: Shop) -> str:
    """An order that was placed at the moment of the deletion."""
    shop.table.write(Update(user_key(CUSTOMER_ID), set={"status": "active"}))
    order_id = submit_order(shop, {"mug": 1})
    shop.table.write(Update(user_key(CUSTOMER_ID), set={"status": "deleting"}))
    return order_id


def test_what_stands_in_partitions_of_its_own_goes_with_the_account(clock: FakeClock) -> None:
    """The second factor, and what the audit log has of the account; that somebody deleted it stays there."""
    shop = make_shop(clock=clock)
    member = make_member(shop)
    add_factor(shop, clock, member)
    request = admin_event(path={"userId": member.user_id}) | {"httpMethod": "DELETE", "resource": "/users/{userId}"}
    assert call(deletion_handlers.delete_account, request, shop)[0] == 202
    beside = [f"FACTOR#{member.user_id}", f"AUDITED#USER#{member.user_id}"]
    assert all(items_of(shop, partition) for partition in beside)
    erase_to_the_end(shop, clock)
    assert [items_of(shop, partition) for partition in beside] == [{}, {}]
    assert find_text(shop, "DELETE /users/{userId}")
