"""The figures of analytics at the end of a history, held against a recount of its orders and refunds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TypeAlias

import msgspec

from tradewind.analytics.model import Figures, LogEntry, ProductTakings, Sold, figures_of, products_of
from tradewind.analytics.store import RolledUp, products
from tradewind.aws.events import PREFIX, from_item
from tradewind.aws.table import Item
from tradewind.kernel.events import Event
from tradewind.ordering.model import Line, Order, OrderStatus
from tradewind.ordering.store import read_lines
from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, RULES, ToQueue
from tradewind_tools.memory.table import MemoryTable

Counts: TypeAlias = Mapping[str, Counter[str]]
"""By day, or by day and currency."""

_STANDING = (OrderStatus.PROCESSING, OrderStatus.COMPLETED)
_COUNTED = {kind for rule in RULES if rule.target == ToQueue(ANALYTICS_QUEUE) for kind in rule.events} - {
    "OrderConfirmed",
    "OrderCancelled",
    "RefundIssued",
}


def differences(table: MemoryTable, orders: Iterable[Order]) -> Iterator[str]:
    """What the figures say otherwise than the orders, and roll-ups otherwise than the log they were folded from."""
    items = list(table.everything())
    log = _log(items)
    yield from _roll_ups_unlike(log, table, items)
    figures = {day: figures_of(entries) for day, entries in log.items()}
    events = [from_item(item) for item in items if item["SK"].startswith(PREFIX)]
    placed = [(order, read_lines(table, order.order_id)) for order in orders]
    yield from _unlike("figures", _figured(figures), _recounted(placed, events))
    yield from _unlike("products", _products({day: products_of(each) for day, each in log.items()}), _sold(placed))
    yield from _unlike("events", {day: Counter(each.events) for day, each in figures.items()}, _happened(events))


def _log(items: Iterable[Item]) -> dict[str, list[LogEntry]]:
    log: defaultdict[str, list[LogEntry]] = defaultdict(list)
    for item in items:
        if item["PK"].startswith("EVENTLOG#"):
            log[_day_of(item, item["SK"])].append(msgspec.convert(item, LogEntry))
    return log


def _roll_ups_unlike(log: Mapping[str, list[LogEntry]], table: MemoryTable, items: Iterable[Item]) -> Iterator[str]:
    """Only those that stand."""
    for item in items:
        if item["PK"].startswith("FIGURES#") and (kept := msgspec.convert(item, RolledUp)).is_current:
            day = _day_of(item, item["SK"].removeprefix("DAY#"))
            entries = log.get(day, [])
            if kept.figures != figures_of(entries):
                yield f"the roll-up of {day} is not its log"
            if _by_name(products(table, {date.fromisoformat(day): kept})) != _by_name(products_of(entries)):
                yield f"the products in the roll-up of {day} are not those of its log"


def _by_name(rows: Iterable[ProductTakings]) -> list[ProductTakings]:
    return sorted(rows, key=lambda row: (row.currency, row.product_id))


def _unlike(title: str, figured: Counts, recounted: Counts) -> Iterator[str]:
    for key in sorted({*figured, *recounted}):
        said, true = figured.get(key, Counter()), recounted.get(key, Counter())
        if +said != +true:
            yield f"the {title} of {key} are {dict(+said)}, and a recount gives {dict(+true)}"


def _figured(figures: Mapping[str, Figures]) -> Counts:
    return {
        f"{day} in {currency}": Counter(msgspec.structs.asdict(takings))
        for day, each in figures.items()
        for currency, takings in each.takings.items()
    }


def _products(rows: Mapping[str, Iterable[ProductTakings]]) -> Counts:
    return {
        day: Counter({name: count for row in each for name, count in _of_product(row).items()})
        for day, each in rows.items()
    }


def _of_product(row: ProductTakings) -> dict[str, int]:
    return {
        f"units of {row.product_id}": row.sold.units,
        f"{row.currency} for {row.product_id}": row.sold.revenue_minor,
    }


def _recounted(placed: Iterable[tuple[Order, list[Line]]], events: Iterable[Event]) -> Counts:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for order, lines in placed:
        counts[f"{_day(order.created_at)} in {order.currency}"].update(_of_order(order, lines))
    for event in events:
        if event.type == "RefundIssued":
            counts[f"{_day(event.occurred_at)} in {event.data['currency']}"].update(_of_refund(event))
    return counts


def _sold(placed: Iterable[tuple[Order, list[Line]]]) -> Counts:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for order, lines in placed:
        for line in lines if order.status in _STANDING else ():
            sold = Sold(line.quantity, line.quantity * line.unit_price_minor)
            counts[_day(order.created_at)].update(_of_product(ProductTakings(order.currency, line.product_id, sold)))
    return counts


def _happened(events: Iterable[Event]) -> Counts:
    """What is only counted."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        if event.type in _COUNTED:
            counts[_day(event.occurred_at)][event.type] += 1
    return counts


def _of_order(order: Order, lines: Iterable[Line]) -> dict[str, int]:
    if order.status in _STANDING:
        units = sum(line.quantity for line in lines)
        return {"orders": 1, "units": units, "revenue_minor": order.total_minor}
    return {"cancelled": 1} if order.status is OrderStatus.CANCELLED else {}


def _of_refund(event: Event) -> dict[str, int]:
    return {"refunds": 1, "refunded_minor": event.data["amountMinor"]}


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _day_of(item: Item, day: str) -> str:
    """`item` stands in the partition of a month."""
    return f"{item['PK'].split('#')[1]}-{day[:2]}"
