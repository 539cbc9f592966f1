"""Everybody's orders, newest first: the status index has one partition per status and shard; a page merges them."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import Any

from tradewind.aws.table import Item, Query, Table
from tradewind.ordering import store
from tradewind.ordering.messages import ListOrders
from tradewind.ordering.model import Order, OrderStatus

_FIRST = "ORDER#"
_LAST = "ORDER$"
"""`$` is the character after `#`: every key of an order lies between the two."""


def of_all(table: Table, wanted: ListOrders, start: dict[str, Any] | None) -> tuple[list[Order], dict[str, Any] | None]:
    """One page, and where the next begins; the position is a sort key, the same in every partition."""
    low = f"{_FIRST}{wanted.placed_from:%Y-%m-%dT%H:%M:%S}" if wanted.placed_from else _FIRST
    high = f"{_FIRST}{wanted.placed_to:%Y-%m-%dT%H:%M:%S}" if wanted.placed_to else _LAST
    before = start["before"] if start else high
    statuses = [wanted.status] if wanted.status else list(OrderStatus)
    partitions = [name for status in statuses for name in store.status_partitions(status)]
    newest = [_newest(table, name, low, before, wanted.limit + 1) for name in partitions]
    found = list(islice(merge(*newest, key=_position, reverse=True), wanted.limit + 1))
    page = found[: wanted.limit]
    return [store.from_item(item) for item in page], {"before": _position(page[-1])} if len(found) > len(page) else None


def _newest(table: Table, partition: str, low: str, before: str, limit: int) -> list[Item]:
    """BETWEEN includes its ends, the page before ended with `before`: so one more is read and that one is dropped."""
    query = Query(partition, between=(low, before), index="GSI2", descending=True, limit=limit + 1)
    return [item for item in table.query(query).items if _position(item) != before][:limit]


def _position(item: Item) -> str:
    position: str = item["GSI2SK"]
    return position
