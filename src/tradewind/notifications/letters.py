"""The letters of the shop, by the event that each tells of.

A new one is a line in LETTERS, and its templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from tradewind.aws.table import Table
from tradewind.identity.public import Contact, contact_from, contact_key
from tradewind.kernel.events import Event
from tradewind.notifications import wording
from tradewind.notifications.errors import CustomerGone, NoAddress, OrderGone
from tradewind.ordering.public import OrderWithLines, order_with_lines

MAX_LINES = 100
"""Lines of an order that a letter shows; the others it counts."""


class Matter(msgspec.Struct, frozen=True):
    """What a letter is about: to whom it goes, and what its template tells."""

    to: Contact
    facts: Mapping[str, Any]
    order_id: str | None = None


Load: TypeAlias = Callable[[Event, Table], Matter]
"""Raises Undeliverable."""


class Letter(msgspec.Struct, frozen=True):
    """`template` names `<template>.html` and `<template>.txt`; `subject` may name `{shop}` and `{order_id}`."""

    template: str
    subject: str
    load: Load


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


def account(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutUser)
    return Matter(_recipient(table, about.user_id), {"at": event.occurred_at})


def confirmed_order(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutOrder)
    facts = _order_facts(_order(table, about)) | {"at": event.occurred_at}
    return Matter(_recipient(table, about.customer_id), facts, about.order_id)


def cancelled_order(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutOrder)
    placed = _order(table, about)
    code = about.reason or placed.order.cancel_reason or ""
    why = {"opening": wording.cancellation(code), "reason": wording.reason(code)}
    return Matter(_recipient(table, about.customer_id), _order_facts(placed) | why, about.order_id)


def sent_order(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutShipment)
    shipment = {"carrier": about.carrier, "tracking_number": about.tracking_number}
    return Matter(_recipient(table, about.customer_id), _order_facts(_order(table, about)) | shipment, about.order_id)


def refund(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutRefund)
    given_back = {"amount_minor": about.amount_minor, "currency": about.currency, "reason": about.reason}
    order = {"order": _order(table, about).order}
    return Matter(_recipient(table, about.customer_id), order | given_back, about.order_id)


LETTERS: Mapping[str, Letter] = {
    "UserRegistered": Letter("welcome", "Welcome to {shop}", account),
    "PasswordChanged": Letter("password_changed", "Your {shop} password was changed", account),
    "OrderConfirmed": Letter("order_confirmed", "Your {shop} order {order_id} is confirmed", confirmed_order),
    "OrderCancelled": Letter("order_cancelled", "Your {shop} order {order_id} was cancelled", cancelled_order),
    "OrderFulfilled": Letter("order_sent", "Your {shop} order {order_id} is on its way", sent_order),
    "RefundIssued": Letter("refund", "A refund for your {shop} order {order_id}", refund),
}


def _recipient(table: Table, user_id: str) -> Contact:
    # Consistent: a welcome is sent moments after the account was written, and a miss would be for good.
    item = table.get(contact_key(user_id), consistent=True)
    if item is None:
        raise CustomerGone
    recipient = contact_from(item)
    if not recipient.email:
        raise NoAddress
    return recipient


def _order(table: Table, about: AboutOrder) -> OrderWithLines:
    found = order_with_lines(table, about.customer_id, about.order_id)
    if found is None:
        raise OrderGone
    return found


def _order_facts(placed: OrderWithLines) -> dict[str, Any]:
    shown = placed.lines[:MAX_LINES]
    return {"order": placed.order, "lines": shown, "more_lines": len(placed.lines) - len(shown)}
