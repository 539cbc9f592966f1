"""What callers send to analytics and get back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.analytics.model import Step
from tradewind.edge.messages import Currency, Limit, ProductId
from tradewind.kernel.text import END

MAX_EVENTS = 25

Day = Annotated[date, Meta(description="a day in UTC, as 2026-11-21")]
SessionId = Annotated[
    str,
    Meta(
        pattern=f"^[A-Za-z0-9_-]{{8,64}}{END}", description="what the client calls one visit; it says nothing of whose"
    ),
]


class VisitorEvent(Struct, frozen=True, rename="camel"):
    """A step of a visitor; only which steps a session reached on a day is kept, under a hash of its id.

    `at` counts when it lies within the last hour: the time that a client may take to send what it has collected.
    """

    type: Step
    session_id: SessionId
    product_id: ProductId | None = None
    path: Annotated[str, Meta(max_length=500)] | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None


class TrackEvents(Struct, frozen=True):
    events: Annotated[list[VisitorEvent], Meta(min_length=1, max_length=MAX_EVENTS)]


class Accepted(Struct, frozen=True):
    accepted: int


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"


class AskSales(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Both days belong to the period, which has at most 366 days."""

    first: Day
    last: Day
    by: Period = Period.DAY


class SalesView(Struct, frozen=True, rename="camel"):
    """What was sold in a `period` (`2026-11-21`, `2026-11`) for one currency.

    `orders` were placed in it, confirmed, and stand; `cancelled` were placed in it and cancelled, confirmed or not;
    `refunded` went back in it, whenever the orders were placed: also for one that was cancelled afterwards.
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


class AskTopProducts(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """By revenue in one currency: the shop's own unless another is named."""

    first: Day
    last: Day
    limit: Limit = 10
    currency: Currency | None = None


class TopProduct(Struct, frozen=True, rename="camel"):
    """`name` is today's; null when the product is not in the catalogue any more."""

    product_id: str
    name: str | None
    units: int
    revenue: Decimal
    currency: str


class AskFunnel(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Both days belong to the period, which has at most 366 days."""

    first: Day
    last: Day


class FunnelStep(Struct, frozen=True, rename="camel"):
    """`sessions` reached the step; `share` is their part of those that reached the first step, null when none did."""

    step: Step
    sessions: int
    share: float | None


class FunnelView(Struct, frozen=True, rename="camel"):
    """What clients told (a session counts once a day), beside what the shop itself saw."""

    steps: list[FunnelStep]
    customers_registered: int
    cart_additions: int
    orders_confirmed: int
    payments_failed: int
