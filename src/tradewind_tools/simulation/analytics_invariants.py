"""The figures of analytics must equal a recount of the orders and refunds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TypeAlias

import msgspec

from tradewind.analytics.model import (
    AnyEntry,
    Figures,
    ProductSales,
    ProductTakings,
    RollUp,
    compute_figures,
    compute_products,
)
from tradewind.analytics.reads import read_rolled_up_products
from tradewind.aws.table import Item
from tradewind.kernel.events import Event
from tradewind.ordering.model import Order, OrderLine, OrderStatus
from tradewind.ordering.reads import read_lines
from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, RULES
from tradewind_tools.memory.table import MemoryTable
from tradewind_tools.simulation.table_snapshot import list_recorded_events

Counts: TypeAlias = Mapping[str, Counter[str]]
"""By day, or by day and currency."""

_REVENUE_STATUSES = (OrderStatus.PROCESSING, OrderStatus.COMPLETED)
_COUNTED_EVENTS = {kind for rule in RULES if rule.queue == ANALYTICS_QUEUE for kind in rule.events} - {
    "OrderConfirmed",
    "OrderCancelled",
    "RefundIssued",
}


def find_violations(table: MemoryTable, orders: Iterable[Order]) -> Iterator[str]:
    """Figures that differ from the orders, and roll-ups that differ from the log that they were made from."""
    items = list(table.all_items())
    log = _read_log(items)
    yield from _check_roll_ups(log, table, items)
    figures = {day: compute_figures(entries) for day, entries in log.items()}
    events = list_recorded_events(table)
    placed = [(order, read_lines(table, order.order_id)) for order in orders]
    products = {day: compute_products(each) for day, each in log.items()}
    yield from _compare("figures", _count_figures(figures), _recount_orders(placed, events))
    yield from _compare("products", _count_products(products), _recount_products(placed))
    yield from _compare("events", {day: Counter(each.events) for day, each in figures.items()}, _recount_events(events))


def _read_log(items: Iterable[Item]) -> dict[str, list[AnyEntry]]:
    log: defaultdict[str, list[AnyEntry]] = defaultdict(list)
    for item in items:
        if item["PK"].startswith("EVENTLOG#"):
            log[_day_of(item, item["SK"])].append(msgspec.convert(item, AnyEntry))
    return log


def _check_roll_ups(log: Mapping[str, list[AnyEntry]], table: MemoryTable, items: Iterable[Item]) -> Iterator[str]:
    """Only those that are current."""
    for item in items:
        if item["PK"].startswith("FIGURES#") and (roll_up := msgspec.convert(item, RollUp)).is_current:
            day = _day_of(item, item["SK"].removeprefix("DAY#"))
            entries = log.get(day, [])
            if roll_up.figures != compute_figures(entries):
                yield f"the roll-up of {day} differs from its log"
            products = read_rolled_up_products(table, {date.fromisoformat(day): roll_up})
            if _sort(products) != _sort(compute_products(entries)):
                yield f"the products in the roll-up of {day} differ from those of its log"


def _sort(rows: Iterable[ProductTakings]) -> list[ProductTakings]:
    return sorted(rows, key=lambda row: (row.currency, row.product_id))


def _compare(title: str, reported: Counts, recounted: Counts) -> Iterator[str]:
    for key in sorted({*reported, *recounted}):
        one, other = reported.get(key, Counter()), recounted.get(key, Counter())
        if +one != +other:
            yield f"the {title} of {key} are {dict(+one)}, and a recount gives {dict(+other)}"


def _count_figures(figures: Mapping[str, Figures]) -> Counts:
    return {
        f"{day} in {currency}": Counter(msgspec.structs.asdict(takings))
        for day, each in figures.items()
        for currency, takings in each.takings.items()
    }


def _count_products(rows: Mapping[str, Iterable[ProductTakings]]) -> Counts:
    return {
        day: Counter({name: count for row in each for name, count in _count_product(row).items()})
        for day, each in rows.items()
    }


def _count_product(row: ProductTakings) -> dict[str, int]:
    return {
        f"units of {row.product_id}": row.sales.units,
        f"{row.currency} for {row.product_id}": row.sales.revenue_minor,
    }


def _recount_orders(placed: Iterable[tuple[Order, list[OrderLine]]], events: Iterable[Event]) -> Counts:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for order, lines in placed:
        counts[f"{_day(order.created_at)} in {order.currency}"].update(_count_order(order, lines))
    for event in events:
        if event.type == "RefundIssued":
            counts[f"{_day(event.occurred_at)} in {event.data['currency']}"].update(_count_refund(event))
    return counts


def _recount_products(placed: Iterable[tuple[Order, list[OrderLine]]]) -> Counts:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for order, lines in placed:
        for line in lines if order.status in _REVENUE_STATUSES else ():
            sold = ProductSales(line.quantity, line.quantity * line.unit_price_minor)
            takings = ProductTakings(order.currency, line.product_id, sold)
            counts[_day(order.created_at)].update(_count_product(takings))
    return counts


def _recount_events(events: Iterable[Event]) -> Counts:
    """Of events that are counted, and not added up."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        if event.type in _COUNTED_EVENTS:
            counts[_day(event.occurred_at)][event.type] += 1
    return counts


def _count_order(order: Order, lines: Iterable[OrderLine]) -> dict[str, int]:
    if order.status in _REVENUE_STATUSES:
        units = sum(line.quantity for line in lines)
        return {"orders": 1, "units": units, "revenue_minor": order.total_minor}
    return {"cancelled": 1} if order.status is OrderStatus.CANCELLED else {}


def _count_refund(event: Event) -> dict[str, int]:
    return {"refunds": 1, "refunded_minor": event.data["amountMinor"]}


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _day_of(item: Item, day: str) -> str:
    """The partition of `item` is a month."""
    return f"{item['PK'].split('#')[1]}-{day[:2]}"
