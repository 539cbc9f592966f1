"""The figures of analytics must equal a recount of the orders and refunds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, TypeAlias

import msgspec

from tradewind.analytics.model import (
    AnyEntry,
    DayState,
    Figures,
    ProductSales,
    Rankings,
    Tally,
)
from tradewind.analytics.reads import (
    LOG_START,
    SHARDS,
    day_products_key,
    folded_products_key,
    read_rankings,
)
from tradewind.aws.table import Item, Key
from tradewind.kernel.events import Event
from tradewind.kernel.variant_ids import product_of
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


class LoggedEntry(NamedTuple):
    """An entry, the shard that it is in, and its position there."""

    entry: AnyEntry
    shard: int
    position: str


def find_violations(table: MemoryTable, orders: Iterable[Order]) -> Iterator[str]:
    """Figures that differ from the orders, and folded days that differ from the log that they were made from."""
    items = list(table.all_items())
    log = _read_log(items)
    yield from _check_days(log, table, items)
    tallies = {day: _tally(entries) for day, entries in log.items()}
    figures = {day: tally.figures for day, tally in tallies.items()}
    events = list_recorded_events(table)
    placed = [(order, read_lines(table, order.order_id)) for order in orders]
    products = {day: tally.rankings() for day, tally in tallies.items()}
    yield from _compare("figures", _count_figures(figures), _recount_orders(placed, events))
    yield from _compare("products", _count_products(products), _recount_products(placed))
    yield from _compare("events", {day: Counter(each.events) for day, each in figures.items()}, _recount_events(events))


def _read_log(items: Iterable[Item]) -> dict[str, list[LoggedEntry]]:
    log: defaultdict[str, list[LoggedEntry]] = defaultdict(list)
    for item in items:
        if item["PK"].startswith("EVENTLOG#"):
            _, day, shard = item["PK"].split("#")
            log[day].append(LoggedEntry(msgspec.convert(item, AnyEntry), int(shard), item["GSI2SK"]))
    return log


def _check_days(log: Mapping[str, list[LoggedEntry]], table: MemoryTable, items: Iterable[Item]) -> Iterator[str]:
    """What was folded of a day is the sum of its log up to where it was folded; shown is that, when nothing is open."""
    for item in items:
        if item["PK"].startswith("FIGURES#") and item["SK"].startswith("DAY#"):
            day, state = f"{item['PK'].split('#')[1]}-{item['SK'][4:6]}", msgspec.convert(item, DayState)
            yield from _check_day(day, state, log.get(day, []), table)


def _check_day(day: str, state: DayState, entries: Sequence[LoggedEntry], table: MemoryTable) -> Iterator[str]:
    positions = state.positions or [LOG_START] * SHARDS
    settled = [each for each in entries if each.position <= positions[each.shard]]
    tally = _tally(settled)
    if state.folded != tally.figures:
        yield f"what was folded of {day} differs from its log"
    if _read(table, day, folded_products_key, tally) != tally.rankings():
        yield f"the products folded of {day} differ from those of its log"
    is_settled = len(settled) == len(entries) and not state.is_recounting
    if is_settled and state.figures != tally.figures:
        yield f"the figures of {day} differ from its log"
    if is_settled and state.version and _read(table, day, day_products_key, tally) != tally.rankings():
        yield f"the products of {day} differ from those of its log"


def _read(table: MemoryTable, day: str, key: Callable[[date, str], Key], tally: Tally) -> Rankings:
    return read_rankings(table, {currency: key(date.fromisoformat(day), currency) for currency in tally.rankings()})


def _tally(entries: Sequence[LoggedEntry]) -> Tally:
    tally = Tally()
    tally.add([each.entry for each in entries])
    return tally


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


def _count_products(rankings: Mapping[str, Rankings]) -> Counts:
    return {
        day: Counter(
            {
                name: count
                for currency, ranking in each.items()
                for product_id, sales in ranking.rows.items()
                for name, count in _count_product(currency, product_id, sales).items()
            }
        )
        for day, each in rankings.items()
    }


def _count_product(currency: str, product_id: str, sales: ProductSales) -> dict[str, int]:
    return {f"units of {product_id}": sales.units, f"{currency} for {product_id}": sales.revenue_minor}


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
            counts[_day(order.created_at)].update(_count_product(order.currency, product_of(line.variant_id), sold))
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
