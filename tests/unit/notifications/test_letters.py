from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes import CUSTOMER_ID, make_shop
from tests.unit.notifications.scene import (
    EMAIL,
    ORDER_ID,
    about_accounts,
    about_orders,
    about_verification,
    add_customer,
    add_order,
    cart_abandoned,
    line,
    order_cancelled,
    put_into_cart,
    user_registered,
)

from tradewind.aws.table import Delete
from tradewind.catalog.public import product_key
from tradewind.identity.links import is_genuine, parse_link_token
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.events import Event
from tradewind.notifications.errors import (
    AddressUnverified,
    AlreadyVerified,
    CartEmpty,
    CustomerGone,
    NoAddress,
    OrderGone,
    Undeliverable,
)
from tradewind.notifications.letters import LETTERS, REMINDERS, Matter
from tradewind.notifications.wording import reason
from tradewind.shop import Shop
from tradewind_tools.blueprint.messaging import EMAIL_QUEUE, RULES, ToQueue


def load(event: Event, shop: Shop) -> Matter:
    return LETTERS[event.type].load(event, shop)


def test_a_welcome_is_about_the_account() -> None:
    shop = make_shop()
    add_customer(shop.table)
    matter = load(user_registered(), shop)
    assert (matter.to.user_id, matter.order_id) == (CUSTOMER_ID, None)


def test_the_reason_is_the_events() -> None:
    shop = make_shop()
    add_customer(shop.table)
    add_order(shop.table, [line()], cancel_reason="OutOfStock")
    matter = load(order_cancelled("CardDeclined"), shop)
    assert (matter.order_id, matter.facts["reason"]) == (ORDER_ID, reason("CardDeclined"))


def test_an_event_without_a_reason_leaves_it_to_the_order() -> None:
    shop = make_shop()
    add_customer(shop.table)
    add_order(shop.table, [line()], cancel_reason="OutOfStock")
    assert load(order_cancelled(""), shop).facts["reason"] == reason("OutOfStock")


def test_every_event_with_a_letter_reaches_the_sender_by_a_rule_or_the_saga() -> None:
    sent_by_the_saga = {"OrderConfirmed"}
    by_rule = {kind for rule in RULES if rule.target == ToQueue(EMAIL_QUEUE) for kind in rule.events}
    assert LETTERS.keys() == by_rule | sent_by_the_saga


@pytest.mark.parametrize("event", about_verification())
def test_a_link_is_for_the_address_and_from_the_time_of_the_event(event: Event) -> None:
    shop = make_shop()
    add_customer(shop.table)
    link = load(event, shop).facts["verify_url"]
    assert link == load(event, shop).facts["verify_url"]
    token = parse_link_token(link.partition("/?verify=")[2])
    assert is_genuine(token, EMAIL, shop)
    assert token.expiry == epoch_seconds(event.occurred_at + timedelta(hours=48))


@pytest.mark.parametrize("event", about_verification())
def test_who_has_verified_meanwhile_is_not_asked_to(event: Event) -> None:
    shop = make_shop()
    add_customer(shop.table, emailVerified=True)
    with pytest.raises(AlreadyVerified):
        load(event, shop)


def test_an_address_that_nobody_has_verified_is_not_reminded_of_a_cart() -> None:
    shop = make_shop()
    add_customer(shop.table)
    put_into_cart(shop)
    with pytest.raises(AddressUnverified):
        load(cart_abandoned(), shop)


def test_a_reminder_shows_what_of_the_cart_can_still_be_bought() -> None:
    shop = make_shop()
    add_customer(shop.table, emailVerified=True)
    put_into_cart(shop, "shirt")
    put_into_cart(shop, "hat")
    shop.table.write(Delete(product_key("hat")))
    facts = load(cart_abandoned(), shop).facts
    assert [(line.name, line.quantity, line.total_minor) for line in facts["lines"]] == [("Shirt", 2, 2500)]
    assert (facts["totals"], facts["more_lines"]) == ([(2500, "USD")], 0)


@pytest.mark.parametrize("product_id", [None, "shirt"])
def test_a_cart_with_nothing_to_buy_is_not_told_of(product_id: str | None) -> None:
    shop = make_shop()
    add_customer(shop.table, emailVerified=True)
    if product_id:
        put_into_cart(shop, product_id)
        shop.table.write(Delete(product_key(product_id)))
    with pytest.raises(CartEmpty):
        load(cart_abandoned(), shop)


def test_reminders_are_what_nobody_asked_for() -> None:
    assert {"EmailVerificationOverdue", "CartAbandoned"} == REMINDERS


@pytest.mark.parametrize("event", [*about_accounts(), *about_orders(), cart_abandoned()])
@pytest.mark.parametrize(("email", "outcome"), [(None, CustomerGone), ("", NoAddress)])
def test_nobody_to_tell(event: Event, email: str | None, outcome: type[Undeliverable]) -> None:
    shop = make_shop()
    add_order(shop.table, [line()])
    if email is not None:
        add_customer(shop.table, email=email)
    with pytest.raises(outcome):
        load(event, shop)


@pytest.mark.parametrize("event", about_orders())
def test_no_order_to_tell_of(event: Event) -> None:
    shop = make_shop()
    add_customer(shop.table)
    with pytest.raises(OrderGone):
        load(event, shop)
