"""Requests and responses of analytics."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.analytics.model import FunnelStep
from tradewind.edge.messages import Limit, ProductId, RequestMessage
from tradewind.kernel.money import Currency
from tradewind.kernel.text import END, Line

MAX_EVENTS = 25

Day = Annotated[date, Meta(description="a day in UTC, as 2026-11-21")]
SessionId = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=64,
        pattern=f"^[A-Za-z0-9_-]*{END}",
        description="the client's id of one visit, without personal data: ASCII letters, digits, hyphens, underscores",
    ),
]


class VisitorEvent(RequestMessage, frozen=True):
    """A step of a visitor. Only the steps that a session reached on a day are stored, under a hash of its id.

    `at` is used when it lies within the last hour: clients may collect events for so long before they send them.
    """

    type: FunnelStep
    session_id: SessionId
    product_id: ProductId | None = None
    path: Annotated[Line, Meta(max_length=500)] | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None


class TrackEvents(RequestMessage, frozen=True):
    events: Annotated[list[VisitorEvent], Meta(min_length=1, max_length=MAX_EVENTS)]


class TrackingReceipt(Struct, frozen=True):
    """`accepted` is the number of events in the request."""

    accepted: int


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"


class SalesQuery(RequestMessage, frozen=True, rename={"first": "from", "last": "to"}):
    """Both days belong to the period, which has at most 366 days."""

    first: Day
    last: Day
    by: Period = Period.DAY


class SalesFigures(Struct, frozen=True, rename="camel"):
    """What was sold in a `period` (`2026-11-21` or `2026-11`) in one currency.

    `orders` were placed in the period and confirmed, and are not cancelled; `cancelled` were placed in it and
    cancelled, confirmed or not; `refunds` and `refunded` were issued in it, whenever the orders were placed, also for
    an order that was cancelled later.
    """

    period: str
    currency: str
    orders: int
    units: int
    revenue: Decimal
    average_order_value: Decimal
    cancelled: int
    refunds: int
    refunded: Decimal


class SalesReport(Struct, frozen=True, rename="camel"):
    """`asOf`: what the shop had recorded by then is counted, some minutes ago; null before figures were ever folded."""

    items: list[SalesFigures]
    as_of: datetime | None
    next_cursor: None = None


class TopProductsQuery(RequestMessage, frozen=True, rename={"first": "from", "last": "to"}):
    """`currency` is the shop's own unless another is given."""

    first: Day
    last: Day
    limit: Limit = 10
    currency: Currency | None = None


class TopProduct(Struct, frozen=True, rename="camel"):
    """`name` is the current one; null when the product is no longer in the catalogue."""

    product_id: str
    name: str | None
    units: int
    revenue: Decimal
    currency: str


class TopProductsReport(Struct, frozen=True, rename="camel"):
    """`asOf` as in a sales report.

    A shop keeps the 1,000 products that brought most on a day, and in a month, in one currency. `missing` is how much
    higher the revenue of any product may be at most, because it was not among those on each day: 0 says that all is
    counted.
    """

    items: list[TopProduct]
    as_of: datetime | None
    missing: Decimal
    next_cursor: None = None


class FunnelQuery(RequestMessage, frozen=True, rename={"first": "from", "last": "to"}):
    """Both days belong to the period, which has at most 366 days."""

    first: Day
    last: Day


class FunnelStepCount(Struct, frozen=True, rename="camel"):
    """`sessions` reached the step; `share` is their share of those that reached the first, null when none did."""

    step: FunnelStep
    sessions: int
    share: float | None


class Funnel(Struct, frozen=True, rename="camel"):
    """The steps that clients reported (a session counts once a day), and what the shop itself counted.

    `asOf` as in a sales report.
    """

    steps: list[FunnelStepCount]
    customers_registered: int
    cart_additions: int
    orders_confirmed: int
    payments_failed: int
    as_of: datetime | None
