"""Orders in the table: `USER#<id>` / `ORDER#<id>`, lines in pages beside it, found by GSI1 (id) and GSI2 (status).

A status alone never keys an index: it is spread over shards, so that no single key takes every write of the shop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from tradewind.aws.table import (
    Absent,
    Conditions,
    Delete,
    Equals,
    Item,
    Key,
    OneOf,
    Put,
    Query,
    Table,
    Update,
    query_all,
    query_pages,
)
from tradewind.kernel.clock import iso
from tradewind.ordering.model import (
    ORDER_STATES,
    Line,
    Order,
    OrderStatus,
    OrderWithLines,
    PaymentStatus,
    Unsettled,
)

LINES_PER_PAGE = 50
STATUS_SHARDS = 4

_PAGE = 100
_LINES = "LINES#"
_UNSETTLED = "UNSETTLED"


def key(customer_id: str, order_id: str) -> Key:
    return Key(f"USER#{customer_id}", f"ORDER#{order_id}")


def partition(order_id: str) -> str:
    """Where an order's lines, reservations, payments and events live."""
    return f"ORDER#{order_id}"


def shard(order_id: str) -> int:
    return int(order_id[-1], 36) % STATUS_SHARDS


def status_partitions(status: OrderStatus) -> list[str]:
    return [f"STATUS#{status}#{number}" for number in range(STATUS_SHARDS)]


def status_key(created_at: datetime, order_id: str) -> str:
    return f"ORDER#{iso(created_at)}#{order_id}"


def new(order: Order) -> Put:
    pk, sk = key(order.customer_id, order.order_id)
    indexed = {
        "GSI1PK": partition(order.order_id),
        "GSI1SK": pk,
        "GSI2PK": _status_partition(order.order_id, order.status),
        "GSI2SK": status_key(order.created_at, order.order_id),
    }
    return Put({"PK": pk, "SK": sk, **indexed, **msgspec.to_builtins(order)}, when=(Absent(),))


def new_lines(order_id: str, lines: list[Line]) -> list[Put]:
    pages = [lines[start : start + LINES_PER_PAGE] for start in range(0, len(lines), LINES_PER_PAGE)]
    return [
        Put({"PK": partition(order_id), "SK": f"{_LINES}{number:02d}", "lines": msgspec.to_builtins(page)})
        for number, page in enumerate(pages)
    ]


def transition(
    customer_id: str, order_id: str, to: OrderStatus, now: datetime, changes: Item | None = None, when: Conditions = ()
) -> Update:
    """Move an order to another state, if it is in one from which that is allowed; its status index moves with it."""
    sources = tuple(state.value for state in ORDER_STATES.sources(to))
    moved = {
        "status": to.value,
        "GSI2PK": _status_partition(order_id, to),
        "updatedAt": msgspec.to_builtins(now),
        **(changes or {}),
    }
    return Update(key(customer_id, order_id), set=moved, add={"version": 1}, when=(OneOf("status", sources), *when))


def payment_transition(customer_id: str, order_id: str, to: PaymentStatus, now: datetime, when: Conditions) -> Update:
    changes = {"paymentStatus": to.value, "updatedAt": msgspec.to_builtins(now)}
    return Update(key(customer_id, order_id), set=changes, add={"version": 1}, when=when)


def from_item(item: Item) -> Order:
    return msgspec.convert(item, Order)


def read(table: Table, customer_id: str, order_id: str, *, consistent: bool = False) -> Order | None:
    item = table.get(key(customer_id, order_id), consistent=consistent)
    return from_item(item) if item else None


def find(table: Table, order_id: str) -> Order | None:
    """An order whoever's it is, through the index: a moment behind the table."""
    items = table.query(Query(partition(order_id), begins="USER#", index="GSI1", limit=1)).items
    return from_item(items[0]) if items else None


def read_lines(table: Table, order_id: str, *, consistent: bool = True) -> list[Line]:
    """A strongly consistent read: the checkout looks a moment after the lines were written, and must see all."""
    pages = query_all(table, Query(partition(order_id), begins=_LINES, consistent=consistent))
    return lines_in(pages)


def lines_in(items: Iterable[Item]) -> list[Line]:
    """The lines among the items that stand beside an order."""
    pages = [item["lines"] for item in items if item["SK"].startswith(_LINES)]
    return [line for page in pages for line in msgspec.convert(page, list[Line])]


def is_unsettled(items: Iterable[Item]) -> bool:
    """Whether, by the items that stand beside an order, what it took is still to be given back."""
    return any(item["SK"] == _UNSETTLED for item in items)


def with_lines(table: Table, order: Order) -> OrderWithLines:
    return OrderWithLines(order, read_lines(table, order.order_id))


def of_customer(customer_id: str) -> Query:
    """Newest first: order ids sort by time."""
    return Query(f"USER#{customer_id}", begins="ORDER#", descending=True)


def is_status(status: OrderStatus) -> Equals:
    return Equals("status", status.value)


def unsettled(order: Order, now: datetime) -> Put:
    """What a cancelled order took is still to be given back: in an index, to be found should nobody go on."""
    marker = Unsettled(order.order_id, order.customer_id, now)
    pk, sk = _unsettled_key(order.order_id)
    indexed = {
        "GSI2PK": f"{_UNSETTLED}#{shard(order.order_id)}",
        "GSI2SK": status_key(now, order.order_id),
    }
    return Put({"PK": pk, "SK": sk, **indexed, **msgspec.to_builtins(marker)})


def settled(order_id: str) -> Delete:
    return Delete(_unsettled_key(order_id))


def pending_pages(table: Table, after: datetime, until: datetime) -> Iterator[Iterator[list[Order]]]:
    """Pending orders placed in a time, oldest first: for each shard its pages, read as they are asked for."""
    for partition in status_partitions(OrderStatus.PENDING):
        yield ([from_item(item) for item in page] for page in _pages(table, partition, after, until))


def unsettled_pages(table: Table, after: datetime, until: datetime) -> Iterator[Iterator[list[Unsettled]]]:
    """The markers of orders cancelled in a time, in the same form."""
    for number in range(STATUS_SHARDS):
        pages = _pages(table, f"{_UNSETTLED}#{number}", after, until)
        yield (msgspec.convert(page, list[Unsettled]) for page in pages)


def _pages(table: Table, partition: str, after: datetime, until: datetime) -> Iterator[list[Item]]:
    bounds = (f"ORDER#{iso(after)}", f"ORDER#{iso(until)}")
    return query_pages(table, Query(partition, between=bounds, index="GSI2", limit=_PAGE))


def _unsettled_key(order_id: str) -> Key:
    return Key(partition(order_id), _UNSETTLED)


def _status_partition(order_id: str, status: OrderStatus) -> str:
    return f"STATUS#{status}#{shard(order_id)}"
