"""The letters of the shop, by the event that each tells of.

A new one is a line in LETTERS, and its templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from tradewind.aws.table import Table
from tradewind.cart.public import PricedLine, price_cart, sum_totals_minor
from tradewind.catalog.public import Product
from tradewind.identity.public import Contact, find_contact, verification_url
from tradewind.kernel.events import Event
from tradewind.notifications import wording
from tradewind.notifications.errors import (
    AddressUnverified,
    AlreadyVerified,
    CartEmpty,
    CustomerGone,
    NoAddress,
    OrderGone,
)
from tradewind.ordering.public import OrderWithLines, read_order_with_lines
from tradewind.shop import Shop

MAX_LINES = 100
"""Lines of an order or a cart that a letter shows; the others it counts."""


class Matter(msgspec.Struct, frozen=True):
    """What a letter is about: to whom it goes, and what its template tells."""

    to: Contact
    facts: Mapping[str, Any]
    order_id: str | None = None


Load: TypeAlias = Callable[[Event, Shop], Matter]
"""Raises Undeliverable."""


class Letter(msgspec.Struct, frozen=True):
    """`template` names `<template>.html` and `<template>.txt`; `subject` may name `{shop}` and `{order_id}`.

    A reminder goes only to those who wish to be reminded.
    """

    template: str
    subject: str
    load: Load
    is_reminder: bool = False


class AboutUser(msgspec.Struct, frozen=True, rename="camel"):
    """What the letters need of an event that tells of an account."""

    user_id: str


class AboutOrder(msgspec.Struct, frozen=True, rename="camel"):
    """What the letters need of an event that tells of an order."""

    order_id: str
    customer_id: str
    reason: str = ""


class AboutShipment(AboutOrder, frozen=True, rename="camel", kw_only=True):
    """What the letters need of an event that tells that an order was sent."""

    carrier: str
    tracking_number: str


class AboutRefund(AboutOrder, frozen=True, rename="camel", kw_only=True):
    """What the letters need of an event that tells of money given back."""

    amount_minor: int
    currency: str


class CartLine(msgspec.Struct, frozen=True):
    """A line of a cart at today's price."""

    name: str
    quantity: int
    unit_price_minor: int
    total_minor: int
    currency: str


def account(event: Event, shop: Shop) -> Matter:
    return Matter(_account_holder(event, shop), {"at": event.occurred_at})


def welcome(event: Event, shop: Shop) -> Matter:
    to = _account_holder(event, shop)
    return Matter(to, {"verify_url": None if to.email_verified else _verify_url(to, event, shop)})


def unverified_address(event: Event, shop: Shop) -> Matter:
    to = _account_holder(event, shop)
    if to.email_verified:
        raise AlreadyVerified
    return Matter(to, {"verify_url": _verify_url(to, event, shop)})


def abandoned_cart(event: Event, shop: Shop) -> Matter:
    to = _account_holder(event, shop)
    if not to.email_verified:
        raise AddressUnverified
    in_cart = [position for position in price_cart(shop.table, to.user_id) if position.can_be_bought]
    if not in_cart:
        raise CartEmpty
    return Matter(to, _cart_facts(in_cart))


def confirmed_order(event: Event, shop: Shop) -> Matter:
    about = msgspec.convert(event.data, AboutOrder)
    facts = _order_facts(_order(shop.table, about)) | {"at": event.occurred_at}
    return Matter(_recipient(shop, about.customer_id), facts, about.order_id)


def cancelled_order(event: Event, shop: Shop) -> Matter:
    about = msgspec.convert(event.data, AboutOrder)
    placed = _order(shop.table, about)
    code = about.reason or placed.order.cancel_reason or ""
    why = {"opening": wording.cancellation(code), "reason": wording.reason(code)}
    return Matter(_recipient(shop, about.customer_id), _order_facts(placed) | why, about.order_id)


def sent_order(event: Event, shop: Shop) -> Matter:
    about = msgspec.convert(event.data, AboutShipment)
    shipment = {"carrier": about.carrier, "tracking_number": about.tracking_number}
    return Matter(
        _recipient(shop, about.customer_id), _order_facts(_order(shop.table, about)) | shipment, about.order_id
    )


def refund(event: Event, shop: Shop) -> Matter:
    about = msgspec.convert(event.data, AboutRefund)
    given_back = {"amount_minor": about.amount_minor, "currency": about.currency, "reason": about.reason}
    order = {"order": _order(shop.table, about).order}
    return Matter(_recipient(shop, about.customer_id), order | given_back, about.order_id)


LETTERS: Mapping[str, Letter] = {
    "UserRegistered": Letter("welcome", "Welcome to {shop}", welcome),
    "EmailVerificationRequested": Letter("verify_email", "Confirm your address for {shop}", unverified_address),
    "EmailVerificationOverdue": Letter(
        "verify_reminder", "Is this your address? Please confirm it for {shop}", unverified_address, is_reminder=True
    ),
    "CartAbandoned": Letter("cart_reminder", "Your {shop} cart is still here", abandoned_cart, is_reminder=True),
    "PasswordChanged": Letter("password_changed", "Your {shop} password was changed", account),
    "OrderConfirmed": Letter("order_confirmed", "Your {shop} order {order_id} is confirmed", confirmed_order),
    "OrderCancelled": Letter("order_cancelled", "Your {shop} order {order_id} was cancelled", cancelled_order),
    "OrderFulfilled": Letter("order_sent", "Your {shop} order {order_id} is on its way", sent_order),
    "RefundIssued": Letter("refund", "A refund for your {shop} order {order_id}", refund),
}

REMINDERS = frozenset(kind for kind, letter in LETTERS.items() if letter.is_reminder)
"""Events of which nobody needs to be told."""


def _account_holder(event: Event, shop: Shop) -> Contact:
    return _recipient(shop, msgspec.convert(event.data, AboutUser).user_id)


def _recipient(shop: Shop, user_id: str) -> Contact:
    # As they are at this moment: a welcome is sent just after the account was written, and a miss would be for good.
    recipient = find_contact(shop.table, user_id)
    if recipient is None:
        raise CustomerGone
    if not recipient.email:
        raise NoAddress
    return recipient


def _verify_url(to: Contact, event: Event, shop: Shop) -> str:
    """From the event's time, so that a letter that is sent again has the same link."""
    return verification_url(to, event.occurred_at, shop)


def _order(table: Table, about: AboutOrder) -> OrderWithLines:
    found = read_order_with_lines(table, about.customer_id, about.order_id)
    if found is None:
        raise OrderGone
    return found


def _order_facts(placed: OrderWithLines) -> dict[str, Any]:
    shown = placed.lines[:MAX_LINES]
    return {"order": placed.order, "lines": shown, "more_lines": len(placed.lines) - len(shown)}


def _cart_facts(in_cart: list[PricedLine]) -> dict[str, Any]:
    lines = [_cart_line(position, position.product) for position in in_cart if position.product]
    totals = [(minor, currency) for currency, minor in sum_totals_minor(in_cart).items()]
    return {"lines": lines[:MAX_LINES], "more_lines": len(lines[MAX_LINES:]), "totals": totals}


def _cart_line(position: PricedLine, product: Product) -> CartLine:
    return CartLine(
        name=product.name,
        quantity=position.line.quantity,
        unit_price_minor=product.price_minor,
        total_minor=position.total_minor,
        currency=product.currency,
    )
