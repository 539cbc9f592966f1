"""From an event to its entry in the log, and the day that the entry belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec

from tradewind.analytics.errors import OrderNotVisibleYet
from tradewind.analytics.model import (
    CancellationEntry,
    EntryOfEvent,
    EventEntry,
    ProductSales,
    RefundEntry,
    SaleEntry,
)
from tradewind.aws.table import Table
from tradewind.kernel.events import Event
from tradewind.kernel.variant_ids import product_of
from tradewind.ordering.public import (
    Order,
    OrderLine,
    lines_from,
    read_order,
    read_order_as_placed,
    read_order_partition,
    was_confirmed,
)


class DatedEntry(NamedTuple):
    entry: EntryOfEvent
    day: date


class CountedOrder(msgspec.Struct, frozen=True, rename="camel"):
    """What is needed of an event about an order."""

    order_id: str
    customer_id: str


class CountedRefund(msgspec.Struct, frozen=True, rename="camel"):
    """What is needed of RefundIssued."""

    refund_id: str
    amount_minor: int
    currency: str


def make_entry(event: Event, table: Table) -> DatedEntry:
    """Make the log entry of an event. Raises OrderNotVisibleYet."""
    return _MAKERS.get(event.type, _make_event_entry)(event, table)


def _make_sale(event: Event, table: Table) -> DatedEntry:
    data = msgspec.convert(event.data, CountedOrder)
    found = read_order_as_placed(table, data.customer_id, data.order_id)
    if found is None:
        raise OrderNotVisibleYet(data.order_id)
    order, products = found.order, _sum_products(found.lines)
    return DatedEntry(SaleEntry(order.order_id, order.currency, order.total_minor, products), _day(order.created_at))


def _make_cancellation(event: Event, table: Table) -> DatedEntry:
    data = msgspec.convert(event.data, CountedOrder)
    order = read_order(table, data.customer_id, data.order_id)
    if order is None:
        raise OrderNotVisibleYet(data.order_id)
    return DatedEntry(_take_sale_back(order, table), _day(order.created_at))


def _take_sale_back(order: Order, table: Table) -> CancellationEntry:
    """A cancelled order is not confirmed any more: so its partition says for good whether there is a sale."""
    items = read_order_partition(table, order.order_id, consistent=True)
    if not was_confirmed(items):
        return CancellationEntry(order.order_id, order.currency)
    products = _sum_products(lines_from(items))
    return CancellationEntry(order.order_id, order.currency, True, order.total_minor, products)


def _make_refund(event: Event, _table: Table) -> DatedEntry:
    data = msgspec.convert(event.data, CountedRefund)
    return DatedEntry(RefundEntry(data.refund_id, data.currency, data.amount_minor), _day(event.occurred_at))


def _make_event_entry(event: Event, _table: Table) -> DatedEntry:
    return DatedEntry(EventEntry(event.event_id, event.type), _day(event.occurred_at))


_MAKERS: Mapping[str, Callable[[Event, Table], DatedEntry]] = {
    "OrderConfirmed": _make_sale,
    "OrderCancelled": _make_cancellation,
    "RefundIssued": _make_refund,
}


def _sum_products(lines: Iterable[OrderLine]) -> dict[str, ProductSales]:
    """Sum the lines up by product: its variants, and one of them may stand in many."""
    found: dict[str, ProductSales] = {}
    for line in lines:
        sales = ProductSales(line.quantity, line.total_minor)
        product_id = product_of(line.variant_id)
        found[product_id] = found.get(product_id, ProductSales(0, 0)) + sales
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
