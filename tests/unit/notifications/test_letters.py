from __future__ import annotations

import pytest
from tests.fakes import CUSTOMER_ID, make_shop
from tests.unit.notifications.scene import (
    ORDER_ID,
    about_accounts,
    about_orders,
    add_customer,
    add_order,
    line,
    order_cancelled,
    user_registered,
)

from tradewind.kernel.events import Event
from tradewind.notifications.errors import CustomerGone, NoAddress, OrderGone, Undeliverable
from tradewind.notifications.letters import LETTERS, Matter
from tradewind.notifications.wording import reason
from tradewind.shop import Shop
from tradewind_tools.blueprint.messaging import EMAIL_QUEUE, RULES, ToQueue


def load(event: Event, shop: Shop) -> Matter:
    return LETTERS[event.type].load(event, shop.table)


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


@pytest.mark.parametrize("event", [*about_accounts(), *about_orders()])
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
