"""From an event to the entry of the log that it is, and the day that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec

from tradewind.analytics.model import Cancellation, Happening, Refund, Sale, Sold
from tradewind.aws.table import Table
from tradewind.kernel.errors import RetryLater
from tradewind.kernel.events import Event
from tradewind.ordering.public import OrderLine, read_order, read_order_as_placed


class OrderUnseen(RetryLater):
    """The order that an event tells of cannot be read yet; dead-lettered should it never be."""


class Noted(NamedTuple):
    entry: Sale | Cancellation | Refund | Happening
    day: date


class AboutOrder(msgspec.Struct, frozen=True, rename="camel"):
    """What is needed of an event that tells of an order."""

    order_id: str
    customer_id: str


class AboutRefund(msgspec.Struct, frozen=True, rename="camel"):
    """What is needed of an event that tells of money given back."""

    refund_id: str
    amount_minor: int
    currency: str


def noted(event: Event, table: Table) -> Noted:
    """What to note of an event. Raises OrderUnseen."""
    return _RECORDERS.get(event.type, _happening)(event, table)


def _sale(event: Event, table: Table) -> Noted:
    about = msgspec.convert(event.data, AboutOrder)
    found = read_order_as_placed(table, about.customer_id, about.order_id)
    if found is None:
        raise OrderUnseen(about.order_id)
    order = found.order
    return Noted(Sale(order.order_id, order.currency, order.total_minor, _sold(found.lines)), _day(order.created_at))


def _cancellation(event: Event, table: Table) -> Noted:
    about = msgspec.convert(event.data, AboutOrder)
    order = read_order(table, about.customer_id, about.order_id)
    if order is None:
        raise OrderUnseen(about.order_id)
    return Noted(Cancellation(order.order_id, order.currency), _day(order.created_at))


def _refund(event: Event, _table: Table) -> Noted:
    about = msgspec.convert(event.data, AboutRefund)
    return Noted(Refund(about.refund_id, about.currency, about.amount_minor), _day(event.occurred_at))


def _happening(event: Event, _table: Table) -> Noted:
    return Noted(Happening(event.event_id, event.type), _day(event.occurred_at))


_RECORDERS: Mapping[str, Callable[[Event, Table], Noted]] = {
    "OrderConfirmed": _sale,
    "OrderCancelled": _cancellation,
    "RefundIssued": _refund,
}


def _sold(lines: Iterable[OrderLine]) -> dict[str, Sold]:
    """One product may stand in many lines."""
    found: dict[str, Sold] = {}
    for line in lines:
        found[line.product_id] = found.get(line.product_id, Sold(0, 0)) + Sold(line.quantity, line.total_minor)
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
