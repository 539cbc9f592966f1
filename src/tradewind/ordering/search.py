"""Searching orders: a customer's own, or everybody's, newest first, in pages.

The status index has one partition for each status and shard; a page of everybody's orders merges them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from typing import Any

import msgspec

from tradewind.aws.parallel import query_at_once
from tradewind.aws.table import AtLeast, AtMost, Conditions, Item, Query, Table
from tradewind.edge.errors import InvalidRequest
from tradewind.edge.paging import read_page
from tradewind.kernel.clock import BEGINNING, iso
from tradewind.kernel.errors import Detail
from tradewind.ordering.messages import ListOrders
from tradewind.ordering.model import Order, OrderStatus
from tradewind.ordering.reads import has_status, order_from, query_orders, status_partitions

_END = datetime.max.replace(tzinfo=UTC)
_POSITION = "GSI2SK"


def search_customer_orders(
    table: Table, customer_id: str, search: ListOrders, start: dict[str, Any] | None
) -> tuple[list[Order], dict[str, Any] | None]:
    """One page, and where the next begins. Raises InvalidRequest.

    A filter is applied to what one round trip reads, however little passes: its page may be short, or empty, before the
    end, and costs no more for a customer with many orders.
    """
    query = msgspec.structs.replace(query_orders(customer_id), start=start, where=_conditions(search))
    items, following = read_page(table, query, search.limit, max_round_trips=1)
    return [order_from(item) for item in items], following


def search_all_orders(
    table: Table, search: ListOrders, start: dict[str, Any] | None
) -> tuple[list[Order], dict[str, Any] | None]:
    """One page, and where the next begins; the position is a sort key, the same in every partition.

    All partitions are asked at the same time. Raises InvalidRequest.
    """
    low, high = _span(search)
    before = start["before"] if start else high
    statuses = [search.status] if search.status else list(OrderStatus)
    partitions = [name for status in statuses for name in status_partitions(status)]
    pages = query_at_once(table, [_query_newest(name, low, before, search.limit + 1) for name in partitions])
    newest = [[item for item in page.items if _position(item) != before][: search.limit + 1] for page in pages]
    found = sorted(chain.from_iterable(newest), key=_position, reverse=True)[: search.limit + 1]
    page = found[: search.limit]
    return [order_from(item) for item in page], {"before": _position(page[-1])} if len(found) > len(page) else None


def _conditions(search: ListOrders) -> Conditions:
    low, high = _span(search)
    status = (has_status(search.status),) if search.status else ()
    placed_from = (AtLeast(_POSITION, low),) if search.placed_from else ()
    placed_to = (AtMost(_POSITION, high),) if search.placed_to else ()
    return (*status, *placed_from, *placed_to)


def _span(search: ListOrders) -> tuple[str, str]:
    """The positions between which the orders of the time lie: its end is not part of it. Raises InvalidRequest."""
    first, last = search.placed_from or BEGINNING, search.placed_to or _END
    if last < first:
        raise InvalidRequest("The time ends before it begins.", (Detail("to", "is before from"),))
    return _first_position(first), _first_position(last)


def _first_position(moment: datetime) -> str:
    """Where orders of a moment begin; moments that are far away have no time in UTC."""
    return f"ORDER#{iso(min(max(moment, BEGINNING), _END))}"


def _query_newest(partition: str, low: str, before: str, limit: int) -> Query:
    """BETWEEN includes its ends, the page before ended with `before`: so one more is read, as that one is dropped."""
    return Query(partition, between=(low, before), index="GSI2", descending=True, limit=limit + 1)


def _position(item: Item) -> str:
    position: str = item[_POSITION]
    return position
