"""Orders in the table: their keys, and how they are read.

A status alone never keys an index: it is spread over shards, so that no single key takes every write of the shop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from tradewind.aws.events import PREFIX, timeline
from tradewind.aws.table import Equals, Item, ItemKind, Key, Query, Table, query_all, query_pages
from tradewind.edge.caller_address import address_key
from tradewind.kernel.caller import Caller
from tradewind.kernel.clock import iso
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import order_partition, shard_of, user_partition
from tradewind.kernel.privacy import NOT_PERSONAL, Erasure, Privacy
from tradewind.ordering.errors import OrderMissing, OrderNotFound
from tradewind.ordering.model import (
    Order,
    OrderConfirmed,
    OrderLine,
    OrderPlaced,
    OrderStatus,
    OrderWithLines,
    Refund,
    UnpaidOrders,
    UnsettledOrder,
)
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Order",
        "USER#<customerId>",
        "ORDER#<orderId>",
        gsi2="STATUS#<status>#<shard> / ORDER#<timestamp>#<orderId>",
        privacy=Privacy(
            Erasure.LOCK,
            exported=(
                "orderId",
                "reference",
                "status",
                "paymentStatus",
                "fulfilmentStatus",
                "currency",
                "totalMinor",
                "refundedMinor",
                "shippingAddress",
                "shipment",
                "cancelReason",
                "createdAt",
                "updatedAt",
            ),
            blanked=(
                "reference",
                "paymentToken",
                "allowance",
                "shipment.trackingNumber",
                "shippingAddress.name",
                "shippingAddress.street",
                "shippingAddress.street2",
                "shippingAddress.city",
                "shippingAddress.postalCode",
                "shippingAddress.region",
                "shippingAddress.phone",
            ),
        ),
    ),
    ItemKind(
        "Order lines",
        "ORDER#<orderId>",
        "LINES#<page>",
        note="pages of 50, which say whose order it is",
        privacy=Privacy(Erasure.KEEP, exported=("lines",)),
    ),
    ItemKind(
        "Unsettled order",
        "ORDER#<orderId>",
        "UNSETTLED",
        gsi2="UNSETTLED#<shard> / ORDER#<timestamp>#<orderId>",
        note="from a cancellation until everything that the order took is given back",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Refund",
        "ORDER#<orderId>",
        "REFUND#<refundId>",
        gsi2="REFUND_DUE#<shard> / <dueAt>#<refundId>",
        note="in GSI2 until it is issued or has failed",
        privacy=Privacy(
            Erasure.LOCK,
            exported=("refundId", "amountMinor", "currency", "reason", "state", "lines", "createdAt", "updatedAt"),
            blanked=("reason",),
        ),
    ),
    ItemKind(
        "Unpaid orders",
        "USER#<customerId>",
        "UNPAID",
        note="counts, for the limits",
        privacy=Privacy(Erasure.REMOVE, withheld="counts that follow from the orders"),
    ),
    ItemKind(
        "Payment attempts",
        "ADDRESS#<address>",
        "ATTEMPTS#<windowEnd>",
        note="a count; TTL",
        privacy=Privacy(Erasure.EXPIRE, withheld="a count by the address of callers, for hours"),
    ),
)

prepare_types(Order, OrderLine, UnpaidOrders)

STATUS_SHARDS = 4
REFUND_SHARDS = 4

_PAGE = 100
_LINES = "LINES#"
_UNSETTLED = "UNSETTLED"
_REFUND = "REFUND#"


def order_key(customer_id: str, order_id: str) -> Key:
    return Key(user_partition(customer_id), f"ORDER#{order_id}")


def lines_key(order_id: str, page: int) -> Key:
    return Key(order_partition(order_id), f"{_LINES}{page:02d}")


def unsettled_key(order_id: str) -> Key:
    return Key(order_partition(order_id), _UNSETTLED)


def refund_key(order_id: str, refund_id: str) -> Key:
    return Key(order_partition(order_id), f"{_REFUND}{refund_id}")


def unpaid_key(customer_id: str) -> Key:
    return Key(user_partition(customer_id), "UNPAID")


def attempts_key(address: str, until: int) -> Key:
    return address_key(address, "ATTEMPTS", until)


def due_refunds_partition(shard: int) -> str:
    """Where in GSI2 the refunds are that are still to be issued."""
    return f"REFUND_DUE#{shard}"


def status_partition(order_id: str, status: OrderStatus) -> str:
    return f"STATUS#{status}#{_shard(order_id)}"


def status_partitions(status: OrderStatus) -> list[str]:
    return [f"STATUS#{status}#{number}" for number in range(STATUS_SHARDS)]


def unsettled_partition(order_id: str) -> str:
    return f"{_UNSETTLED}#{_shard(order_id)}"


def position(moment: datetime, order_id: str) -> str:
    """Where an order is in the partitions of GSI2, which sort by time."""
    return f"ORDER#{iso(moment)}#{order_id}"


def has_status(status: OrderStatus) -> Equals:
    return Equals("status", status.value)


def order_from(item: Item) -> Order:
    return msgspec.convert(item, Order)


def lines_from(items: Iterable[Item]) -> list[OrderLine]:
    """The lines among the items of an order's partition."""
    pages = [item["lines"] for item in items if item["SK"].startswith(_LINES)]
    return [line for page in pages for line in msgspec.convert(page, list[OrderLine])]


def is_unsettled(items: Iterable[Item]) -> bool:
    """Whether, by the items of its partition, what a cancelled order took is still to be given back."""
    return any(item["SK"] == _UNSETTLED for item in items)


def unpaid_from(item: Item | None) -> UnpaidOrders:
    return msgspec.convert(item or {}, UnpaidOrders)


def refund_from(item: Item) -> Refund:
    return msgspec.convert(item, Refund)


def find_refund(table: Table, order_id: str, refund_id: str) -> Refund | None:
    """The refund as it is at this moment."""
    item = table.get(refund_key(order_id, refund_id), consistent=True)
    return refund_from(item) if item else None


def list_refunds(table: Table, order_id: str) -> list[Refund]:
    items = query_all(table, Query(order_partition(order_id), begins=_REFUND, consistent=True))
    return [refund_from(item) for item in items]


def list_due_refunds(table: Table, shard: int, now: datetime, limit: int) -> list[Item]:
    """Refunds of a shard that should be issued by now and are not, as items; the longest due first."""
    due = Query(due_refunds_partition(shard), index="GSI2", between=("0", f"{iso(now)}~"), limit=limit)
    return table.query(due).items


def read_order(table: Table, customer_id: str, order_id: str, *, consistent: bool = True) -> Order | None:
    """The order as it is at this moment, or, for half the price, as it was a moment ago."""
    item = table.get(order_key(customer_id, order_id), consistent=consistent)
    return order_from(item) if item else None


def require_order(table: Table, customer_id: str, order_id: str) -> Order:
    """The order as it is at this moment. Raises OrderMissing."""
    order = read_order(table, customer_id, order_id)
    if order is None:
        raise OrderMissing(f"there is no order {order_id} of customer {customer_id}")
    return order


def find_order(table: Table, caller: Caller, order_id: str) -> Order:
    """The caller's own order, or any for an administrator. Raises OrderNotFound, also for somebody else's."""
    order = read_order(table, caller.user_id, order_id)
    if order is None and caller.is_staff:
        order = _find_by_id(table, order_id)
    if order is None:
        raise OrderNotFound(f"There is no order {order_id!r}.")
    return order


def read_lines(table: Table, order_id: str, *, consistent: bool = True) -> list[OrderLine]:
    """A strongly consistent read: the checkout looks a moment after the lines were written, and must see all."""
    return lines_from(query_all(table, Query(order_partition(order_id), begins=_LINES, consistent=consistent)))


def read_lines_and_refunds(table: Table, order_id: str) -> tuple[list[OrderLine], list[Refund]]:
    """An order's lines and its refunds, as they are at this moment, in one read: they are neighbours."""
    items = query_all(table, Query(order_partition(order_id), between=(_LINES, f"{_REFUND}~"), consistent=True))
    return lines_from(items), [refund_from(item) for item in items if item["SK"].startswith(_REFUND)]


def read_order_with_lines(table: Table, customer_id: str, order_id: str) -> OrderWithLines | None:
    order = read_order(table, customer_id, order_id)
    return OrderWithLines(order, read_lines(table, order_id)) if order else None


def read_order_as_placed(table: Table, customer_id: str, order_id: str) -> OrderWithLines | None:
    """What of an order never changes, for half the price of the state it is in; None where the read was too early."""
    order = read_order(table, customer_id, order_id, consistent=False)
    found = order and OrderWithLines(order, read_lines(table, order_id, consistent=False))
    return found if found and found.adds_up else None


def read_order_partition(table: Table, order_id: str, *, consistent: bool) -> list[Item]:
    """Everything of an order but itself, in one read: each service finds its own items among them."""
    return query_all(table, Query(order_partition(order_id), consistent=consistent))


def was_confirmed(items: Iterable[Item]) -> bool:
    """Whether an order was confirmed, by the items of its partition."""
    return any(item["SK"].startswith(PREFIX) and item["type"] == OrderConfirmed.__name__ for item in items)


def find_placed_event(table: Table, order_id: str) -> Event | None:
    """The OrderPlaced event of an order: what the checkout begins with."""
    events = timeline(table, order_partition(order_id))
    return next((event for event in events if event.type == OrderPlaced.__name__), None)


def query_orders(customer_id: str) -> Query:
    """A customer's orders, newest first: order ids sort by time."""
    return Query(user_partition(customer_id), begins="ORDER#", descending=True)


def has_ordered_since(table: Table, customer_id: str, moment: datetime) -> bool:
    """Whether the customer's newest order was placed at `moment` or after, whatever became of it."""
    newest = table.query(msgspec.structs.replace(query_orders(customer_id), limit=1, consistent=True)).items
    return any(order_from(item).created_at >= moment for item in newest)


def page_pending_orders(table: Table, after: datetime, until: datetime) -> Iterator[Iterator[list[Order]]]:
    """Pending orders placed in a time, oldest first: for each shard its pages, read as they are asked for."""
    for partition in status_partitions(OrderStatus.PENDING):
        yield ([order_from(item) for item in page] for page in _pages(table, partition, after, until))


def page_unsettled_orders(table: Table, after: datetime, until: datetime) -> Iterator[Iterator[list[UnsettledOrder]]]:
    """The marks of orders cancelled in a time, in the same form."""
    for number in range(STATUS_SHARDS):
        pages = _pages(table, f"{_UNSETTLED}#{number}", after, until)
        yield (msgspec.convert(page, list[UnsettledOrder]) for page in pages)


def _find_by_id(table: Table, order_id: str) -> Order | None:
    """An order of any customer, whom its lines name."""
    lines = table.get(lines_key(order_id, 0), consistent=True)
    return read_order(table, lines["customerId"], order_id) if lines else None


def _pages(table: Table, partition: str, after: datetime, until: datetime) -> Iterator[list[Item]]:
    bounds = (f"ORDER#{iso(after)}", f"ORDER#{iso(until)}")
    return query_pages(table, Query(partition, between=bounds, index="GSI2", limit=_PAGE))


def _shard(order_id: str) -> int:
    return shard_of(order_id, STATUS_SHARDS)
