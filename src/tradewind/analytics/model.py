"""The log of what happened, and the figures of a day: the sum of its entries.

An entry stands once under its own key, however often and in whatever order its event comes, and is never changed: so
figures cannot count twice, need no counter that two writers share, and can be added up in parts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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

KEPT_PRODUCTS = 1_000
"""Products of a day or month, for each currency: with ids of a usual length, some 60 KB."""

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

    def __neg__(self) -> ProductSales:
        return ProductSales(-self.units, -self.revenue_minor)


NO_SALES = ProductSales(0, 0)


class LogEntry(msgspec.Struct, frozen=True, tag_field="kind"):
    """The base of the log's entries."""


class SaleEntry(LogEntry, frozen=True, rename="camel", tag="sale"):
    """An order was confirmed; it belongs to the day on which it was placed."""

    order_id: str
    currency: str
    total_minor: int
    products: dict[str, ProductSales]


class CancellationEntry(LogEntry, frozen=True, rename="camel", tag="cancellation"):
    """An order was cancelled; it belongs to the day on which the order was placed.

    It takes back what the order's sale counts: `was_sold` is false for an order that was never confirmed.
    """

    order_id: str
    currency: str
    was_sold: bool = False
    total_minor: int = 0
    products: dict[str, ProductSales] = {}


class RefundEntry(LogEntry, frozen=True, rename="camel", tag="refund"):
    """An order that stands was refunded, in whole or in part; it belongs to the day of the refund."""

    refund_id: str
    currency: str
    amount_minor: int


class EventEntry(LogEntry, frozen=True, rename="camel", tag="event"):
    """An event that is only counted."""

    event_id: str
    type: str


class VisitEntry(LogEntry, frozen=True, tag="session"):
    """A visitor's session reached a step, for the first time on a day."""

    step: FunnelStep


EntryOfEvent: TypeAlias = SaleEntry | CancellationEntry | RefundEntry | EventEntry
AnyEntry: TypeAlias = EntryOfEvent | VisitEntry
MoneyEntry: TypeAlias = SaleEntry | CancellationEntry | RefundEntry


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


class Ranking(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The products with the most revenue in one currency, at most `KEPT_PRODUCTS`.

    The revenue of a product, whether it is among them or not, is higher by `missing_minor` at most: 0 as long as no
    product was ever left out.
    """

    rows: dict[str, ProductSales] = {}
    missing_minor: int = 0

    def __add__(self, other: Ranking) -> Ranking:
        return add_rankings_up((self, other)).best()

    def best(self) -> Ranking:
        kept, left_out = _split_best({name: sales for name, sales in self.rows.items() if sales != NO_SALES})
        best_left_out = max((sales.revenue_minor for sales in left_out.values()), default=0)
        return Ranking(kept, self.missing_minor + best_left_out)


NO_RANKING = Ranking()

Rankings: TypeAlias = dict[str, Ranking]
"""By currency."""


class DayState(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The figures of a day, and how far its log was folded.

    `figures` are what reports show; `folded` is the sum of the entries up to `positions`, one for each shard, to which
    no entry can come any more. When the day is over it is counted once more from the beginning, and is final then.
    Entries that come later still are added; there are some until `late_until` at least.
    """

    version: int = 0
    figures: Figures = Figures()
    folded: Figures = Figures()
    positions: list[str] = []
    late_until: str = ""
    is_recounting: bool = False
    is_final: bool = False

    def is_behind(self) -> bool:
        """Whether there may be late entries that are not counted."""
        return bool(self.late_until) and min(self.positions, default="") <= self.late_until


NOT_FOLDED = DayState()


class Tally:
    """Adds entries up, exactly."""

    def __init__(self) -> None:
        self.figures = Figures()
        self._products: defaultdict[str, dict[str, ProductSales]] = defaultdict(dict)

    def add(self, entries: Sequence[AnyEntry]) -> None:
        if not entries:  # most shards, most of the time
            return
        self.figures += compute_figures(entries)
        for entry in entries:
            if isinstance(entry, SaleEntry | CancellationEntry):
                self._add_products(entry)

    def rankings(self) -> Rankings:
        return {currency: Ranking(rows).best() for currency, rows in self._products.items()}

    def _add_products(self, entry: SaleEntry | CancellationEntry) -> None:
        rows = self._products[entry.currency]
        for product_id, sales in entry.products.items():
            change = sales if isinstance(entry, SaleEntry) else -sales
            rows[product_id] = rows.get(product_id, NO_SALES) + change


def compute_figures(entries: Sequence[AnyEntry]) -> Figures:
    """Sum entries up; it does not matter in which order, nor in which parts."""
    visits = Counter(entry.step.value for entry in entries if isinstance(entry, VisitEntry))
    events = Counter(entry.type for entry in entries if isinstance(entry, EventEntry))
    takings = (Figures({entry.currency: _takings_of(entry)}) for entry in entries if isinstance(entry, MoneyEntry))
    return sum_figures([Figures(events=dict(events), sessions=dict(visits)), *takings])


def sum_figures(figures: Iterable[Figures]) -> Figures:
    return reduce(add, figures, Figures())


def add_rankings_up(rankings: Iterable[Ranking]) -> Ranking:
    """Add rankings up without leaving a product out."""
    rows: dict[str, ProductSales] = {}
    missing_minor = 0
    for ranking in rankings:
        missing_minor += ranking.missing_minor
        for product_id, sales in ranking.rows.items():
            rows[product_id] = rows.get(product_id, NO_SALES) + sales
    return Ranking(rows, missing_minor)


def merge_rankings(one: Rankings, other: Rankings) -> Rankings:
    return _merge(one, other)


def list_days(first: date, last: date) -> list[date]:
    """List every day of the period, both ends included."""
    return [first + number * _ONE_DAY for number in range((last - first).days + 1)]


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + _ONE_DAY, time(), UTC)


def _takings_of(entry: SaleEntry | CancellationEntry | RefundEntry) -> Takings:
    match entry:
        case SaleEntry(total_minor=revenue_minor):
            return Takings(orders=1, units=_count_units(entry.products), revenue_minor=revenue_minor)
        case CancellationEntry(was_sold=True, total_minor=revenue_minor):
            units = _count_units(entry.products)
            return Takings(orders=-1, units=-units, revenue_minor=-revenue_minor, cancelled=1)
        case CancellationEntry():
            return Takings(cancelled=1)
        case RefundEntry(amount_minor=amount_minor):
            return Takings(refunds=1, refunded_minor=amount_minor)


def _count_units(products: Mapping[str, ProductSales]) -> int:
    return sum(sales.units for sales in products.values())


def _split_best(rows: dict[str, ProductSales]) -> tuple[dict[str, ProductSales], dict[str, ProductSales]]:
    """Split off what is beyond the best; what was taken back before it was sold is kept, lest its sale count whole."""
    if len(rows) <= KEPT_PRODUCTS:
        return rows, {}
    ranked = sorted(rows.items(), key=lambda row: (row[1].revenue_minor >= 0, -row[1].revenue_minor, row[0]))
    return dict(ranked[:KEPT_PRODUCTS]), dict(ranked[KEPT_PRODUCTS:])


def _merge(one: Mapping[str, A], other: Mapping[str, A]) -> dict[str, A]:
    """Merge the two; where both have a key, its values are added."""
    return {**one, **{key: one[key] + value if key in one else value for key, value in other.items()}}
