from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import CUSTOMER_ID, START, make_shop
from tests.trading import add_product
from tests.unit.notifications.scene import (
    CHANGE_ID,
    EMAIL,
    NEW_EMAIL,
    OLD_EMAIL,
    ORDER_ID,
    about_accounts,
    about_orders,
    about_verification,
    add_customer,
    add_order,
    add_session,
    cart_abandoned,
    deletion_undoable,
    email_change_requested,
    email_changed,
    email_pending,
    email_replaced,
    factor_removal_requested,
    line,
    order_cancelled,
    put_into_cart,
    reset_requested,
    signed_in_from_new_device,
    stock_low,
    user_registered,
)

from tradewind.aws.table import Delete
from tradewind.catalog.public import product_key
from tradewind.identity.links import about_password, about_pending, about_previous, is_genuine, parse_link_token
from tradewind.identity.model import PendingEmail, PreviousEmail
from tradewind.kernel.clock import epoch_seconds, iso
from tradewind.kernel.events import Event
from tradewind.notifications.email_templates import EMAIL_TEMPLATES, REMINDERS, TemplateContext
from tradewind.notifications.errors import (
    AccountNotActive,
    AddressBounces,
    AddressUnverified,
    AlreadyVerified,
    CustomerGone,
    LinkExpired,
    NoEmailAddress,
    NothingToBuy,
    OrderGone,
    OutOfDate,
    ProductGone,
    Undeliverable,
)
from tradewind.notifications.model import INVENTORY_TEAM
from tradewind.notifications.wording import cancel_reason
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.blueprint.messaging import EMAIL_QUEUE, RULES


def load(event: Event, shop: Shop) -> TemplateContext:
    return EMAIL_TEMPLATES[event.type].load(event, shop)


def test_welcome_goes_to_the_user_of_the_event() -> None:
    shop = make_shop()
    add_customer(shop.table)
    context = load(user_registered(), shop)
    assert (context.recipient.user_id, context.order_id) == (CUSTOMER_ID, None)


def test_cancel_reason_is_that_of_the_event() -> None:
    shop = make_shop()
    add_customer(shop.table)
    add_order(shop.table, [line()], cancel_reason="OutOfStock", after="OrderCancelled")
    context = load(order_cancelled("CardDeclined"), shop)
    assert (context.order_id, context.values["reason"]) == (ORDER_ID, cancel_reason("CardDeclined"))


def test_cancel_reason_is_the_orders_when_the_event_has_none() -> None:
    shop = make_shop()
    add_customer(shop.table)
    add_order(shop.table, [line()], cancel_reason="OutOfStock", after="OrderCancelled")
    assert load(order_cancelled(""), shop).values["reason"] == cancel_reason("OutOfStock")


def test_every_event_with_a_template_reaches_the_queue_by_a_rule_or_the_saga() -> None:
    sent_by_the_saga = {"OrderConfirmed"}
    by_rule = {kind for rule in RULES if rule.queue == EMAIL_QUEUE for kind in rule.events}
    assert EMAIL_TEMPLATES.keys() == by_rule | sent_by_the_saga


@pytest.mark.parametrize("event", about_verification())
def test_link_is_for_the_address_and_the_time_of_the_event(event: Event) -> None:
    shop = make_shop()
    add_customer(shop.table)
    link = load(event, shop).values["verify_url"]
    assert link == load(event, shop).values["verify_url"]
    token = parse_link_token(link.partition("/?verify=")[2])
    assert token
    assert is_genuine(token, EMAIL, shop)
    assert token.expiry == epoch_seconds(event.occurred_at + timedelta(hours=48))


@pytest.mark.parametrize("event", about_verification())
def test_verified_address_is_not_asked_to_verify(event: Event) -> None:
    shop = make_shop()
    add_customer(shop.table, emailVerified=True)
    with pytest.raises(AlreadyVerified):
        load(event, shop)


def test_link_to_a_new_password_is_for_the_password_and_the_time_of_the_event() -> None:
    shop, event = make_shop(), reset_requested()
    add_customer(shop.table)
    link = load(event, shop).values["reset_url"]
    assert link == load(event, shop).values["reset_url"]
    token = parse_link_token(link.partition("/?reset=")[2])
    assert token
    assert is_genuine(token, about_password(EMAIL, 1), shop)
    assert token.expiry == epoch_seconds(event.occurred_at + timedelta(minutes=30))


def test_link_to_replace_a_password_that_was_changed_is_not_sent() -> None:
    shop = make_shop()
    add_customer(shop.table, passwordVersion=2)
    with pytest.raises(OutOfDate):
        load(reset_requested(version=1), shop)


class TestSignInFromANewDevice:
    def test_owner_is_told_what_has_signed_in(self) -> None:
        shop = make_shop()
        add_customer(shop.table, emailVerified=True)
        add_session(shop.table, "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0")
        context = load(signed_in_from_new_device(), shop)
        assert (context.recipient.email, context.values["device"]) == (EMAIL, "Firefox on Linux")

    @pytest.mark.parametrize(
        ("profile", "reason"),
        [
            ({"emailVerified": True}, OutOfDate),
            ({}, AddressUnverified),
            ({"emailVerified": True, "status": "disabled"}, AccountNotActive),
        ],
    )
    def test_nobody_is_told_without_a_session_or_a_verified_address(
        self, profile: dict[str, Any], reason: type[Undeliverable]
    ) -> None:
        shop = make_shop()
        add_customer(shop.table, **profile)
        with pytest.raises(reason):
            load(signed_in_from_new_device(), shop)


class TestChangeOfAnAddress:
    def test_link_is_for_the_new_address_and_the_time_of_the_request(self) -> None:
        shop = make_shop()
        add_customer(shop.table, **email_pending())
        context = load(email_change_requested(), shop)
        token = parse_link_token(context.values["confirm_url"].partition("/?confirm-email=")[2])
        assert token
        assert is_genuine(token, about_pending(PendingEmail(CHANGE_ID, NEW_EMAIL, 1, START)), shop)
        assert token.expiry == epoch_seconds(START + timedelta(minutes=30))

    @pytest.mark.parametrize(
        ("profile", "reason"),
        [
            ({}, OutOfDate),
            (email_pending(changeId="another"), OutOfDate),
            (email_pending() | {"passwordVersion": 2}, OutOfDate),
            (email_pending(requestedAt=iso(START - timedelta(minutes=30))), LinkExpired),
            (email_pending() | {"status": "disabled"}, AccountNotActive),
            (email_pending() | {"suppressedEmail": NEW_EMAIL, "suppressedBy": "bounce"}, AddressBounces),
        ],
    )
    def test_link_that_is_of_no_use_is_not_sent(self, profile: dict[str, Any], reason: type[Undeliverable]) -> None:
        shop = make_shop()
        add_customer(shop.table, **profile)
        with pytest.raises(reason):
            load(email_change_requested(), shop)

    def test_link_to_the_address_before_is_good_for_seven_days(self) -> None:
        shop = make_shop()
        add_customer(shop.table, **email_replaced(), status="disabled")
        context = load(email_changed(), shop)
        token = parse_link_token(context.values["undo_url"].partition("/?undo-email-change=")[2])
        assert token
        until = START + timedelta(days=7)
        assert is_genuine(token, about_previous(PreviousEmail(CHANGE_ID, OLD_EMAIL, START, until)), shop)
        assert token.expiry == epoch_seconds(until)

    @pytest.mark.parametrize(
        ("profile", "reason"),
        [
            ({}, OutOfDate),
            (email_replaced(changeId="another"), OutOfDate),
            (email_replaced(undoUntil=iso(START)), LinkExpired),
        ],
    )
    def test_link_is_not_sent_when_there_is_nothing_to_undo(
        self, profile: dict[str, Any], reason: type[Undeliverable]
    ) -> None:
        shop = make_shop()
        add_customer(shop.table, **profile)
        with pytest.raises(reason):
            load(email_changed(), shop)

    @pytest.mark.parametrize("event", [email_change_requested(), email_changed()])
    def test_nothing_is_sent_about_an_account_that_is_gone(self, event: Event) -> None:
        with pytest.raises(CustomerGone):
            load(event, make_shop())


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (email_replaced(), OutOfDate),
        ({"reopensAs": "active", **email_replaced(changeId="another")}, OutOfDate),
        ({"reopensAs": "active", **email_replaced(undoUntil=iso(START))}, LinkExpired),
    ],
    ids=["kept", "another change", "too late"],
)
def test_nobody_is_told_of_a_deletion_that_they_cannot_stop(
    profile: dict[str, Any], reason: type[Undeliverable]
) -> None:
    shop = make_shop()
    add_customer(shop.table, **profile)
    with pytest.raises(reason):
        load(deletion_undoable(), shop)


@pytest.mark.parametrize("profile", [{}, {"secondFactorRemovalAt": iso(START)}], ids=["stopped", "asked for anew"])
def test_nothing_is_said_of_the_removal_of_a_factor_that_stays(profile: dict[str, Any]) -> None:
    shop = make_shop()
    add_customer(shop.table, **profile)
    with pytest.raises(OutOfDate):
        load(factor_removal_requested(), shop)


def test_unverified_address_gets_no_cart_reminder() -> None:
    shop = make_shop()
    add_customer(shop.table)
    put_into_cart(shop)
    with pytest.raises(AddressUnverified):
        load(cart_abandoned(), shop)


def test_cart_reminder_shows_only_what_can_be_bought() -> None:
    shop = make_shop()
    add_customer(shop.table, emailVerified=True)
    put_into_cart(shop, "shirt")
    put_into_cart(shop, "hat")
    shop.table.write(Delete(product_key("hat")))
    values = load(cart_abandoned(), shop).values
    assert [(line.full_name, line.quantity, line.total_minor) for line in values["lines"]] == [("Shirt", 2, 2500)]
    assert (values["totals"], values["more_lines"]) == ([(2500, "USD")], 0)


@pytest.mark.parametrize("product_id", [None, "shirt"])
def test_cart_with_nothing_to_buy_sends_no_reminder(product_id: str | None) -> None:
    shop = make_shop()
    add_customer(shop.table, emailVerified=True)
    if product_id:
        put_into_cart(shop, product_id)
        shop.table.write(Delete(product_key(product_id)))
    with pytest.raises(NothingToBuy):
        load(cart_abandoned(), shop)


def test_reminders_are_those_of_addresses_and_carts() -> None:
    assert {"EmailVerificationOverdue", "CartAbandoned"} == REMINDERS


@pytest.mark.parametrize("event", [*about_accounts(), *about_orders(), cart_abandoned()])
@pytest.mark.parametrize(("email", "outcome"), [(None, CustomerGone), ("", NoEmailAddress)])
def test_email_without_a_recipient_is_undeliverable(
    event: Event, email: str | None, outcome: type[Undeliverable]
) -> None:
    shop = make_shop()
    add_order(shop.table, [line()], after=event.type)
    if email is not None:
        add_customer(shop.table, email=email)
    with pytest.raises(outcome):
        load(event, shop)


@pytest.mark.parametrize("event", about_orders())
def test_email_about_a_missing_order_is_undeliverable(event: Event) -> None:
    shop = make_shop()
    add_customer(shop.table)
    with pytest.raises(OrderGone):
        load(event, shop)


class TestLowStock:
    def test_mail_goes_to_the_inventory_team_and_says_what_is_left_now(self) -> None:
        shop = make_shop(settings=Settings(inventory_mail="stock@shop.example"))
        add_product(shop, "shirt", 2)
        context = load(stock_low(), shop)
        assert (context.recipient.user_id, context.recipient.email) == (INVENTORY_TEAM, "stock@shop.example")
        assert (context.values["name"], context.values["stock"].available) == ("Shirt", 2)

    def test_without_an_address_of_its_own_it_is_the_shops(self) -> None:
        shop = make_shop()
        add_product(shop, "shirt", 2)
        assert load(stock_low(), shop).recipient.email == shop.settings.mail_from

    def test_there_is_none_when_units_came_in_meanwhile(self) -> None:
        shop = make_shop()
        add_product(shop, "shirt", 6)
        with pytest.raises(OutOfDate):
            load(stock_low(), shop)

    @pytest.mark.parametrize("product_id", ["shirt", "another"])
    def test_there_is_none_about_a_product_that_is_gone_or_tracks_no_stock(self, product_id: str) -> None:
        shop = make_shop()
        add_product(shop, product_id, 0, trackStock=False)
        with pytest.raises(ProductGone):
            load(stock_low(), shop)
