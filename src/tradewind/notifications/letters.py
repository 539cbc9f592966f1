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


def account(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutUser)
    return Matter(_recipient(table, about.user_id), {})


def confirmed_order(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutOrder)
    return Matter(_recipient(table, about.customer_id), _order_facts(_order(table, about)), about.order_id)


def cancelled_order(event: Event, table: Table) -> Matter:
    about = msgspec.convert(event.data, AboutOrder)
    placed = _order(table, about)
    reason = wording.reason(about.reason or placed.order.cancel_reason or "")
    return Matter(_recipient(table, about.customer_id), _order_facts(placed) | {"reason": reason}, about.order_id)


LETTERS: Mapping[str, Letter] = {
    "UserRegistered": Letter("welcome", "Welcome to {shop}", account),
    "OrderConfirmed": Letter("order_confirmed", "Your {shop} order {order_id} is confirmed", confirmed_order),
    "OrderCancelled": Letter("order_cancelled", "Your {shop} order {order_id} was cancelled", cancelled_order),
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
