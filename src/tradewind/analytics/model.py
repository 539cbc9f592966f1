"""The log of what happened, and the figures of a day: a fold over its entries.

An entry stands once under its own key, however often and in whatever order its event comes: so figures cannot count
twice, and need no counter that two writers share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Protocol, Self, TypeAlias, TypeVar

import msgspec

A = TypeVar("A", bound="Addable")

_ONE_DAY = timedelta(days=1)


class Addable(Protocol):
    def __add__(self, other: Self, /) -> Self: ...


class Step(StrEnum):
    """What a visitor does on the way to an order, in this order."""

    PAGE_VIEW = "page_view"
    PRODUCT_VIEW = "product_view"
    ADD_TO_CART = "add_to_cart"
    CHECKOUT_STARTED = "checkout_started"
    PURCHASE = "purchase"


class Sold(msgspec.Struct, frozen=True, array_like=True):
    """How much of a product."""

    units: int
    revenue_minor: int

    def __add__(self, other: Sold) -> Sold:
        return Sold(self.units + other.units, self.revenue_minor + other.revenue_minor)


class Entry(msgspec.Struct, frozen=True, tag_field="kind"):
    """The base of what the log holds."""


class Sale(Entry, frozen=True, rename="camel", tag="sale"):
    """An order was confirmed; it belongs to the day on which it was placed."""

    order_id: str
    currency: str
    total_minor: int
    products: dict[str, Sold]


class Cancellation(Entry, frozen=True, rename="camel", tag="cancellation"):
    """An order was cancelled, confirmed or not; it belongs to the day on which the order was placed."""

    order_id: str
    currency: str


class Refund(Entry, frozen=True, rename="camel", tag="refund"):
    """Money went back for an order that stands; it belongs to the day on which it went."""

    refund_id: str
    currency: str
    amount_minor: int


class Happening(Entry, frozen=True, rename="camel", tag="event"):
    """An event that is only counted."""

    event_id: str
    type: str


class Session(Entry, frozen=True, tag="session"):
    """Which steps a visitor's session has reached on one day; the fields are named as the steps."""

    page_view: bool = False
    product_view: bool = False
    add_to_cart: bool = False
    checkout_started: bool = False
    purchase: bool = False


LogEntry: TypeAlias = Sale | Cancellation | Refund | Happening | Session


class Takings(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What was sold for one currency: `orders` that were confirmed and stand, their units and money."""

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
    """Takings by currency, events by type, sessions by the steps they reached."""

    takings: dict[str, Takings] = {}
    events: dict[str, int] = {}
    sessions: dict[str, int] = {}

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            merged(self.takings, other.takings),
            merged(self.events, other.events),
            merged(self.sessions, other.sessions),
        )


class ProductTakings(msgspec.Struct, frozen=True, array_like=True):
    """What was sold of one product for one currency."""

    currency: str
    product_id: str
    sold: Sold


def figures_of(entries: Sequence[LogEntry]) -> Figures:
    """The figures of entries that belong together: an order's cancellation stands beside its sale."""
    return total(_figures_of_one(entry) for entry in _standing(entries))


def products_of(entries: Sequence[LogEntry]) -> list[ProductTakings]:
    """What was sold of each product."""
    return added_up(
        ProductTakings(entry.currency, product_id, sold)
        for entry in _standing(entries)
        if isinstance(entry, Sale)
        for product_id, sold in entry.products.items()
    )


def added_up(rows: Iterable[ProductTakings]) -> list[ProductTakings]:
    """One row for each product and currency."""
    found: dict[tuple[str, str], Sold] = {}
    for row in rows:
        key = row.currency, row.product_id
        found[key] = found[key] + row.sold if key in found else row.sold
    return [ProductTakings(*key, sold) for key, sold in found.items()]


def total(figures: Iterable[Figures]) -> Figures:
    return reduce(add, figures, Figures())


def merged(one: Mapping[str, A], other: Mapping[str, A]) -> dict[str, A]:
    """Both, and where both have a key, the sum."""
    return {**one, **{key: one[key] + value if key in one else value for key, value in other.items()}}


def days(first: date, last: date) -> list[date]:
    """Every day of the period, both ends among them."""
    return [first + number * _ONE_DAY for number in range((last - first).days + 1)]


def _standing(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """All but the sales that were cancelled."""
    cancelled = {entry.order_id for entry in entries if isinstance(entry, Cancellation)}
    return [entry for entry in entries if not (isinstance(entry, Sale) and entry.order_id in cancelled)]


def _figures_of_one(entry: LogEntry) -> Figures:
    match entry:
        case Sale(currency=currency, total_minor=revenue_minor, products=products):
            units = sum(sold.units for sold in products.values())
            return Figures({currency: Takings(orders=1, units=units, revenue_minor=revenue_minor)})
        case Cancellation(currency=currency):
            return Figures({currency: Takings(cancelled=1)})
        case Refund(currency=currency, amount_minor=amount_minor):
            return Figures({currency: Takings(refunds=1, refunded_minor=amount_minor)})
        case Happening(type=kind):
            return Figures(events={kind: 1})
        case Session():
            return Figures(sessions={step.value: 1 for step in Step if getattr(entry, step)})
