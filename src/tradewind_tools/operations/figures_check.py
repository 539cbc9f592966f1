"""Compares the daily figures with a recount of the orders, both read through the public HTTP API."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeAlias, TypeVar
from urllib.parse import urlencode

import msgspec

T = TypeVar("T")
Wait: TypeAlias = Callable[[float], object]

PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 900.0
_FOLDS = 2
"""Figures that were begun twice after the first look hold what had happened before it."""
_REVENUE_STATUSES = ("processing", "completed")


class Reader(Protocol):
    """Reads the shop's API as an administrator."""

    def read(self, path: str, shape: type[T]) -> T: ...


class OrderRow(msgspec.Struct, frozen=True, rename="camel"):
    """The fields of an order that are counted."""

    status: str
    total: Decimal
    currency: str
    created_at: datetime


class OrdersPage(msgspec.Struct, frozen=True, rename="camel"):
    items: list[OrderRow]
    next_cursor: str | None


class SalesRow(msgspec.Struct, frozen=True, rename="camel"):
    """The figures of one day and currency."""

    period: date
    currency: str
    orders: int
    revenue: Decimal
    cancelled: int


class SalesPage(msgspec.Struct, frozen=True, rename="camel"):
    items: list[SalesRow]
    as_of: datetime | None


class Count(NamedTuple):
    """Orders that were not cancelled, their revenue, and cancelled orders."""

    orders: int = 0
    revenue: Decimal = Decimal(0)
    cancelled: int = 0


DailyCounts: TypeAlias = Mapping[tuple[date, str], Count]
"""By the day on which orders were placed (UTC), and currency."""


class DayComparison(NamedTuple):
    """The figures of one day and currency, and the recount of its orders."""

    day: date
    currency: str
    reported: Count
    recounted: Count

    @property
    def agrees(self) -> bool:
        return self.reported == self.recounted


class Comparison(NamedTuple):
    """The days of a period, and as of when their figures are."""

    days: list[DayComparison]
    as_of: datetime | None

    @property
    def agrees(self) -> bool:
        return all(day.agrees for day in self.days)


def verify(shop: Reader, first: date, last: date, wait: Wait = time.sleep) -> list[DayComparison]:
    """Compare each day with orders; while they differ, until the figures are newer than the first look at them."""
    comparison = _compare(shop, first, last)
    seen, waited_seconds = {comparison.as_of}, 0.0
    while not comparison.agrees and len(seen) <= _FOLDS and waited_seconds < PATIENCE_SECONDS:
        wait(PAUSE_SECONDS)
        waited_seconds += PAUSE_SECONDS
        comparison = _compare(shop, first, last)
        seen.add(comparison.as_of)
    return comparison.days


def recount_orders(orders: Iterable[OrderRow]) -> DailyCounts:
    counts: defaultdict[tuple[date, str], Count] = defaultdict(Count)
    for order in orders:
        key = order.created_at.astimezone(UTC).date(), order.currency
        orders_counted, revenue, cancelled = counts[key]
        if order.status in _REVENUE_STATUSES:
            counts[key] = Count(orders_counted + 1, revenue + order.total, cancelled)
        elif order.status == "cancelled":
            counts[key] = Count(orders_counted, revenue, cancelled + 1)
    return counts


def read_figures(rows: Iterable[SalesRow]) -> DailyCounts:
    return {(row.period, row.currency): Count(row.orders, row.revenue, row.cancelled) for row in rows}


def _compare(shop: Reader, first: date, last: date) -> Comparison:
    sales = _sales(shop, first, last)
    figures, recount = read_figures(sales.items), recount_orders(_orders(shop, first, last))
    days = [
        DayComparison(*key, figures.get(key, Count()), recount.get(key, Count()))
        for key in sorted({*figures, *recount})
        if figures.get(key, Count()) != Count() or recount.get(key, Count()) != Count()
    ]
    return Comparison(days, sales.as_of)


def _sales(shop: Reader, first: date, last: date) -> SalesPage:
    return shop.read(f"/analytics/sales?{urlencode({'from': first, 'to': last, 'by': 'day'})}", SalesPage)


def _orders(shop: Reader, first: date, last: date) -> Iterator[OrderRow]:
    """Every order that was placed in the period, page by page."""
    wanted = {"from": f"{first}T00:00:00Z", "to": f"{last + timedelta(days=1)}T00:00:00Z", "limit": 100}
    page = shop.read(f"/orders?{urlencode(wanted)}", OrdersPage)
    yield from page.items
    while page.next_cursor:
        page = shop.read(f"/orders?{urlencode(wanted | {'cursor': page.next_cursor})}", OrdersPage)
        yield from page.items
