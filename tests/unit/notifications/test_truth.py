"""What an event sends that comes late, or again from the archive: nothing that is not so any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import CUSTOMER_ID, START, FakeClock, call, customer_event, make_shop
from tests.unit.notifications.scene import (
    ORDER_ID,
    FakeMailer,
    add_customer,
    add_order,
    cart_abandoned,
    email_queue,
    line,
    order_confirmed,
    order_fulfilled,
    put_into_cart,
    refund_issued,
    user_registered,
    verification_overdue,
    verification_requested,
)
from tests.unit.notifications.test_sms import FakeSms, set_phone, want_sms

from tradewind.aws.table import Update
from tradewind.identity.model import LINK_LIFETIME
from tradewind.identity.public import contact_key
from tradewind.kernel.clock import iso
from tradewind.kernel.events import Event
from tradewind.notifications import reads
from tradewind.notifications.consumers import send_email
from tradewind.notifications.handlers import update_preferences
from tradewind.notifications.model import Channel, Notification, NotificationStatus
from tradewind.notifications.sms import send_sms
from tradewind.ordering.model import Refund, RefundOrigin, RefundState
from tradewind.ordering.reads import order_key
from tradewind.ordering.writes import insert_refund
from tradewind.shop import Shop

DONE: dict[str, Any] = {"batchItemFailures": []}
FORTY_DAYS = timedelta(days=40).total_seconds()


class Messages:
    """Delivers events to both channels, and keeps what they send."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.mailer, self.sms = FakeMailer(), FakeSms()
        shop.mailer, shop.sms = self.mailer, self.sms

    def deliver(self, event: Event) -> None:
        assert send_email(email_queue(event), None, self.shop) == DONE
        if event.type in ("OrderConfirmed", "OrderFulfilled"):
            assert send_sms(email_queue(event), None, self.shop) == DONE

    @property
    def count(self) -> int:
        return len(self.mailer.mails) + len(self.sms.messages)


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = make_shop(clock=clock)
    add_customer(shop.table)
    set_phone(shop, "+442079460000")
    want_sms(shop, wanted=True)
    return shop


@pytest.fixture
def messages(shop: Shop) -> Messages:
    return Messages(shop)


def change_order(shop: Shop, **values: str) -> None:
    shop.table.write(Update(order_key(CUSTOMER_ID, ORDER_ID), set=values))


def change_account(shop: Shop, **values: object) -> None:
    shop.table.write(Update(contact_key(CUSTOMER_ID), set=values))


def switch_sms(shop: Shop, *, on: bool) -> None:
    body = {"email": {"reminders": True}, "sms": {"orders": on}}
    assert call(update_preferences, customer_event(body), shop)[0] == 200


def recorded(shop: Shop, event: Event, channel: Channel) -> Notification:
    name = event.event_id if channel is Channel.EMAIL else f"{event.event_id}#{channel}"
    item = shop.table.get(reads.notification_key(CUSTOMER_ID, name))
    assert item
    return reads.notification_from(item)


def reasons(shop: Shop, event: Event) -> list[str | None]:
    return [recorded(shop, event, channel).reason for channel in Channel]


@pytest.mark.parametrize(
    "change", [{"status": "cancelled"}, {"paymentStatus": "refunded"}, {"status": "pending"}], ids=str
)
def test_confirmation_of_an_order_that_is_cancelled_or_refunded_by_now_is_not_sent(
    shop: Shop, messages: Messages, change: dict[str, str]
) -> None:
    event = order_confirmed()
    add_order(shop.table, [line()])
    change_order(shop, **change)
    messages.deliver(event)
    assert (messages.count, reasons(shop, event)) == (0, ["OutOfDate", "OutOfDate"])


@pytest.mark.parametrize("change", [{"status": "completed"}, {"paymentStatus": "partially_refunded"}], ids=str)
def test_confirmation_that_comes_late_is_sent_while_it_holds(
    shop: Shop, messages: Messages, change: dict[str, str]
) -> None:
    add_order(shop.table, [line()])
    change_order(shop, **change)
    messages.deliver(order_confirmed())
    assert messages.count == 2


def test_shipment_of_an_order_that_is_not_sent_is_not_told(shop: Shop, messages: Messages) -> None:
    add_order(shop.table, [line()])
    messages.deliver(order_fulfilled())
    assert (messages.count, reasons(shop, order_fulfilled())) == (0, ["OutOfDate", "OutOfDate"])


@pytest.mark.parametrize(("state", "sent"), [(RefundState.ISSUED, 1), (RefundState.FAILED, 0)])
def test_refund_whose_money_came_back_is_not_told(
    shop: Shop, messages: Messages, state: RefundState, sent: int
) -> None:
    add_order(shop.table, [line()])
    event = refund_issued()
    refund = Refund(
        refund_id=event.data["refundId"],
        order_id=ORDER_ID,
        customer_id=CUSTOMER_ID,
        amount_minor=1,
        currency="USD",
        reason="late",
        origin=RefundOrigin.SHOP,
        state=state,
        created_at=START,
        updated_at=START,
        correlation_id="request-1",
    )
    shop.table.write(insert_refund(refund))
    messages.deliver(event)
    assert messages.count == sent


@pytest.mark.parametrize("event", [user_registered(), verification_requested(), verification_overdue()])
def test_email_with_a_link_is_not_sent_once_the_link_has_expired(
    shop: Shop, messages: Messages, clock: FakeClock, event: Event
) -> None:
    clock.advance(LINK_LIFETIME.total_seconds())
    messages.deliver(event)
    assert (messages.count, recorded(shop, event, Channel.EMAIL).reason) == (0, "LinkExpired")


@pytest.mark.parametrize("event", [user_registered(), verification_requested(), verification_overdue()])
def test_disabled_account_is_neither_welcomed_nor_asked_to_verify(shop: Shop, messages: Messages, event: Event) -> None:
    change_account(shop, status="disabled")
    messages.deliver(event)
    assert (messages.count, recorded(shop, event, Channel.EMAIL).reason) == (0, "AccountNotActive")


def test_customer_who_came_back_to_the_cart_is_not_reminded_of_it(
    shop: Shop, messages: Messages, clock: FakeClock
) -> None:
    change_account(shop, emailVerified=True)
    put_into_cart(shop)
    clock.advance(1)
    left = cart_abandoned()
    left.data["leftAt"] = iso(START - timedelta(seconds=1))
    messages.deliver(left)
    assert (messages.count, recorded(shop, left, Channel.EMAIL).reason) == (0, "OutOfDate")


def test_customer_who_ordered_is_not_reminded_of_what_is_left_in_the_cart(shop: Shop, messages: Messages) -> None:
    change_account(shop, emailVerified=True)
    put_into_cart(shop)
    add_order(shop.table, [line()])
    change_order(shop, createdAt=iso(START))
    messages.deliver(cart_abandoned())
    assert (messages.count, recorded(shop, cart_abandoned(), Channel.EMAIL).reason) == (0, "OutOfDate")


@pytest.mark.parametrize("event", [order_confirmed(), order_fulfilled()])
def test_event_replayed_after_forty_days_to_somebody_who_opted_in_meanwhile_sends_nothing(
    shop: Shop, messages: Messages, clock: FakeClock, event: Event
) -> None:
    add_order(shop.table, [line()], after=event.type)
    switch_sms(shop, on=False)
    messages.deliver(event)
    before = messages.count
    switch_sms(shop, on=True)
    clock.advance(FORTY_DAYS)
    messages.deliver(event)
    assert (before, messages.count, messages.sms.messages) == (1, 1, [])
    assert recorded(shop, event, Channel.SMS).reason == "OptedOut"


def test_first_delivery_after_opting_in_sends_nothing_about_what_was_before(
    shop: Shop, messages: Messages, clock: FakeClock
) -> None:
    add_order(shop.table, [line()])
    switch_sms(shop, on=False)
    clock.advance(1)
    switch_sms(shop, on=True)
    messages.deliver(order_confirmed())
    assert (messages.sms.messages, recorded(shop, order_confirmed(), Channel.SMS).reason) == ([], "OptedOut")


def test_saving_the_same_preference_again_changes_nothing_of_when_it_began(
    shop: Shop, messages: Messages, clock: FakeClock
) -> None:
    add_order(shop.table, [line()])
    switch_sms(shop, on=False)
    switch_sms(shop, on=True)
    clock.advance(1)
    switch_sms(shop, on=True)
    messages.deliver(order_confirmed())
    assert len(messages.sms.messages) == 1


def test_reason_not_to_send_stays_when_it_does_not_hold_any_more(shop: Shop, messages: Messages) -> None:
    add_order(shop.table, [line()])
    set_phone(shop, "")
    messages.deliver(order_confirmed())
    set_phone(shop, "+442079460000")
    messages.deliver(order_confirmed())
    assert messages.sms.messages == []
    kept = recorded(shop, order_confirmed(), Channel.SMS)
    assert (kept.status, kept.reason) == (NotificationStatus.NOT_SENT, "NoPhoneNumber")


def test_record_of_what_was_not_sent_never_expires(shop: Shop, messages: Messages) -> None:
    messages.deliver(order_confirmed())
    item = shop.table.get(reads.notification_key(CUSTOMER_ID, order_confirmed().event_id))
    assert item
    assert {"expiresAt", "claimedUntil"}.isdisjoint(item)
