"""Everybody's orders, newest first: the status index has one partition per status and shard; a page merges them."""

from __future__ import annotations

from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any

from tradewind.aws.table import AtLeast, AtMost, Conditions, Item, Query, Table
from tradewind.edge.errors import InvalidRequest
from tradewind.kernel.clock import BEGINNING, iso
from tradewind.kernel.errors import Detail
from tradewind.ordering import store
from tradewind.ordering.messages import ListOrders
from tradewind.ordering.model import Order, OrderStatus

_END = datetime.max.replace(tzinfo=UTC)
_POSITION = "GSI2SK"


def of_all(table: Table, wanted: ListOrders, start: dict[str, Any] | None) -> tuple[list[Order], dict[str, Any] | None]:
    """One page, and where the next begins; the position is a sort key, the same in every partition.

    Raises InvalidRequest.
    """
    low, high = _span(wanted)
    before = start["before"] if start else high
    statuses = [wanted.status] if wanted.status else list(OrderStatus)
    partitions = [name for status in statuses for name in store.status_partitions(status)]
    newest = [_newest(table, name, low, before, wanted.limit + 1) for name in partitions]
    found = list(islice(merge(*newest, key=_position, reverse=True), wanted.limit + 1))
    page = found[: wanted.limit]
    return [store.from_item(item) for item in page], {"before": _position(page[-1])} if len(found) > len(page) else None


def filters(wanted: ListOrders) -> Conditions:
    """What a customer's own orders must be to be listed; nothing when all are. Raises InvalidRequest."""
    low, high = _span(wanted)
    status = (store.is_status(wanted.status),) if wanted.status else ()
    placed_from = (AtLeast(_POSITION, low),) if wanted.placed_from else ()
    placed_to = (AtMost(_POSITION, high),) if wanted.placed_to else ()
    return (*status, *placed_from, *placed_to)


def _span(wanted: ListOrders) -> tuple[str, str]:
    """The positions between which orders of the wanted time lie: its end is not part of it."""
    first, last = wanted.placed_from or BEGINNING, wanted.placed_to or _END
    if last < first:
        raise InvalidRequest("The time ends before it begins.", (Detail("to", "is before from"),))
    return _begin(first), _begin(last)


def _begin(moment: datetime) -> str:
    """Where orders of a moment begin; far away ones have no time in UTC."""
    return f"ORDER#{iso(min(max(moment, BEGINNING), _END))}"


def _newest(table: Table, partition: str, low: str, before: str, limit: int) -> list[Item]:
    """BETWEEN includes its ends, the page before ended with `before`: so one more is read and that one is dropped."""
    query = Query(partition, between=(low, before), index="GSI2", descending=True, limit=limit + 1)
    return [item for item in table.query(query).items if _position(item) != before][:limit]


def _position(item: Item) -> str:
    position: str = item[_POSITION]
    return position
