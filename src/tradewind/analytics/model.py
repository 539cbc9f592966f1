"""The log of what happened, and the figures of a day: a fold over its entries.

An entry stands once under its own key, however often and in whatever order its event comes: so figures cannot count
twice, and need no counter that two writers share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Protocol, Self, TypeAlias, TypeVar

import msgspec

A = TypeVar("A", bound="Addable")

LOG_LIFETIME = timedelta(days=400)
"""How long the log keeps an entry after its day: a year can be counted anew."""
LATE_ENTRY_LIMIT = timedelta(days=390)
"""How late an entry may come: its day's figures must be folded again before the log begins to forget the day."""

_ONE_DAY = timedelta(days=1)


class Addable(Protocol):
    def __add__(self, other: Self, /) -> Self: ...


class FunnelStep(StrEnum):
    """What a visitor does on the way to an order, in this order."""

    PAGE_VIEW = "page_view"
    PRODUCT_VIEW = "product_view"
    ADD_TO_CART = "add_to_cart"
    CHECKOUT_STARTED = "checkout_started"
    PURCHASE = "purchase"


class ProductSales(msgspec.Struct, frozen=True, array_like=True):
    """Units and revenue of a product."""

    units: int
    revenue_minor: int

    def __add__(self, other: ProductSales) -> ProductSales:
        return ProductSales(self.units + other.units, self.revenue_minor + other.revenue_minor)


class LogEntry(msgspec.Struct, frozen=True, tag_field="kind"):
    """The base of the log's entries."""


class SaleEntry(LogEntry, frozen=True, rename="camel", tag="sale"):
    """An order was confirmed; it belongs to the day on which it was placed."""

    order_id: str
    currency: str
    total_minor: int
    products: dict[str, ProductSales]


class CancellationEntry(LogEntry, frozen=True, rename="camel", tag="cancellation"):
    """An order was cancelled, confirmed or not; it belongs to the day on which the order was placed."""

    order_id: str
    currency: str


class RefundEntry(LogEntry, frozen=True, rename="camel", tag="refund"):
    """An order that stands was refunded, in whole or in part; it belongs to the day of the refund."""

    refund_id: str
    currency: str
    amount_minor: int


class EventEntry(LogEntry, frozen=True, rename="camel", tag="event"):
    """An event that is only counted."""

    event_id: str
    type: str


class SessionEntry(LogEntry, frozen=True, tag="session"):
    """Which steps a visitor's session has reached on one day; the fields are named as the steps."""

    page_view: bool = False
    product_view: bool = False
    add_to_cart: bool = False
    checkout_started: bool = False
    purchase: bool = False


EntryOfEvent: TypeAlias = SaleEntry | CancellationEntry | RefundEntry | EventEntry
AnyEntry: TypeAlias = EntryOfEvent | SessionEntry


class Takings(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What was sold in one currency: `orders` that were confirmed and stand, their units and revenue."""

    orders: int = 0
    units: int = 0
    revenue_minor: int = 0
    cancelled: int = 0
    refunds: int = 0
    refunded_minor: int = 0

    def __add__(self, other: Takings) -> Takings:
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Takings(*(one + another for one, another in pairs))


class Figures(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Takings by currency, counts of events by type, counts of sessions by the steps they reached."""

    takings: dict[str, Takings] = {}
    events: dict[str, int] = {}
    sessions: dict[str, int] = {}

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            _merge(self.takings, other.takings),
            _merge(self.events, other.events),
            _merge(self.sessions, other.sessions),
        )


class ProductTakings(msgspec.Struct, frozen=True, array_like=True):
    """What was sold of one product in one currency."""

    currency: str
    product_id: str
    sales: ProductSales


class RollUp(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A day's figures, folded when `seen` late entries had come; `late` have come by now."""

    figures: Figures = Figures()
    product_pages: int = 0
    late: int = 0
    seen: int | None = None

    @property
    def is_current(self) -> bool:
        return self.seen == self.late


NO_ROLL_UP = RollUp()


def compute_figures(entries: Sequence[AnyEntry]) -> Figures:
    """Fold entries to figures; an order's cancellation must be among the same entries as its sale."""
    return sum_figures(_figures_of(entry) for entry in _drop_cancelled_sales(entries))


def compute_products(entries: Sequence[AnyEntry]) -> list[ProductTakings]:
    """Fold entries to what was sold of each product."""
    return add_up(
        ProductTakings(entry.currency, product_id, sales)
        for entry in _drop_cancelled_sales(entries)
        if isinstance(entry, SaleEntry)
        for product_id, sales in entry.products.items()
    )


def add_up(rows: Iterable[ProductTakings]) -> list[ProductTakings]:
    """Add the rows up to one for each product and currency."""
    found: dict[tuple[str, str], ProductSales] = {}
    for row in rows:
        key = row.currency, row.product_id
        found[key] = found[key] + row.sales if key in found else row.sales
    return [ProductTakings(*key, sales) for key, sales in found.items()]


def sum_figures(figures: Iterable[Figures]) -> Figures:
    return reduce(add, figures, Figures())


def list_days(first: date, last: date) -> list[date]:
    """List every day of the period, both ends included."""
    return [first + number * _ONE_DAY for number in range((last - first).days + 1)]


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + _ONE_DAY, time(), UTC)


def _drop_cancelled_sales(entries: Sequence[AnyEntry]) -> list[AnyEntry]:
    cancelled = {entry.order_id for entry in entries if isinstance(entry, CancellationEntry)}
    return [entry for entry in entries if not (isinstance(entry, SaleEntry) and entry.order_id in cancelled)]


def _figures_of(entry: AnyEntry) -> Figures:
    match entry:
        case SaleEntry(currency=currency, total_minor=revenue_minor, products=products):
            units = sum(sales.units for sales in products.values())
            return Figures({currency: Takings(orders=1, units=units, revenue_minor=revenue_minor)})
        case CancellationEntry(currency=currency):
            return Figures({currency: Takings(cancelled=1)})
        case RefundEntry(currency=currency, amount_minor=amount_minor):
            return Figures({currency: Takings(refunds=1, refunded_minor=amount_minor)})
        case EventEntry(type=kind):
            return Figures(events={kind: 1})
        case SessionEntry():
            return Figures(sessions={step.value: 1 for step in FunnelStep if getattr(entry, step)})


def _merge(one: Mapping[str, A], other: Mapping[str, A]) -> dict[str, A]:
    """Merge the two; where both have a key, its values are added."""
    return {**one, **{key: one[key] + value if key in one else value for key, value in other.items()}}
