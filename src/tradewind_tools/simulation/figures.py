"""The figures of analytics at the end of a history, held against a recount of its orders and refunds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec

from tradewind.analytics.model import Figures, LogEntry, figures_of
from tradewind.analytics.store import RolledUp
from tradewind.aws.events import PREFIX, from_item
from tradewind.aws.table import Item
from tradewind.kernel.events import Event
from tradewind.ordering.model import Order, OrderStatus
from tradewind.ordering.store import read_lines
from tradewind_tools.simulation.memory_table import MemoryTable

Counts: TypeAlias = Mapping[tuple[str, str], Counter[str]]
"""By day and currency; the counts are named as the fields of Takings."""

_STANDING = (OrderStatus.PROCESSING, OrderStatus.COMPLETED)


def differences(table: MemoryTable, orders: Iterable[Order]) -> Iterator[str]:
    """What the figures say otherwise than the orders, and roll-ups otherwise than the log they were folded from."""
    items = list(table.everything())
    log, rolled = _log_and_roll_ups(items)
    yield from (f"the roll-up of {day} is not its log" for day in rolled if rolled[day] != figures_of(log[day]))
    figured = _figured({day: figures_of(entries) for day, entries in log.items()})
    recounted = _recounted(table, orders, items)
    for key in sorted({*figured, *recounted}):
        said, true = figured.get(key, Counter()), recounted.get(key, Counter())
        if +said != +true:
            yield f"the figures of {' in '.join(key)} are {dict(+said)}, and the orders add up to {dict(+true)}"


def _log_and_roll_ups(items: Iterable[Item]) -> tuple[dict[str, list[LogEntry]], dict[str, Figures]]:
    """By day; only the roll-ups that stand."""
    log: defaultdict[str, list[LogEntry]] = defaultdict(list)
    rolled: dict[str, Figures] = {}
    for item in items:
        kind, month = item["PK"].split("#")[:2]
        if kind == "EVENTLOG":
            log[f"{month}-{item['SK'][:2]}"].append(msgspec.convert(item, LogEntry))
        elif kind == "FIGURES" and (kept := msgspec.convert(item, RolledUp)).is_current:
            rolled[f"{month}-{item['SK'].removeprefix('DAY#')}"] = kept.figures
    return log, rolled


def _figured(figures: Mapping[str, Figures]) -> Counts:
    return {
        (day, currency): Counter(msgspec.structs.asdict(takings))
        for day, each in figures.items()
        for currency, takings in each.takings.items()
    }


def _recounted(table: MemoryTable, orders: Iterable[Order], items: Iterable[Item]) -> Counts:
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for order in orders:
        counts[_day(order.created_at), order.currency].update(_of_order(order, table))
    for event in (from_item(item) for item in items if item["SK"].startswith(PREFIX)):
        if event.type == "RefundIssued":
            counts[_day(event.occurred_at), event.data["currency"]].update(_of_refund(event))
    return counts


def _of_order(order: Order, table: MemoryTable) -> dict[str, int]:
    if order.status in _STANDING:
        units = sum(line.quantity for line in read_lines(table, order.order_id))
        return {"orders": 1, "units": units, "revenue_minor": order.total_minor}
    return {"cancelled": 1} if order.status is OrderStatus.CANCELLED else {}


def _of_refund(event: Event) -> dict[str, int]:
    return {"refunds": 1, "refunded_minor": event.data["amountMinor"]}


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
