"""What visitors tell, and what administrators ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from tradewind.analytics import reading, store, views
from tradewind.analytics.errors import InvalidPeriod
from tradewind.analytics.messages import (
    Accepted,
    AskFunnel,
    AskSales,
    AskTopProducts,
    FunnelView,
    SalesView,
    TopProduct,
    TrackEvents,
    VisitorEvent,
)
from tradewind.analytics.model import Step, total
from tradewind.aws.table import Table, TableBusy, Update
from tradewind.catalog.public import product_from, product_key
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import Detail
from tradewind.shop import Shop

MAX_DAYS = 366
_COLLECTED_FOR = timedelta(hours=1)
_HASH_LENGTH = 20


@endpoint(body=TrackEvents, status=202, errors=(TableBusy,))
def track_events(request: Request[TrackEvents, Empty], shop: Shop) -> Accepted:
    """Note which steps on the way to an order visitors have taken; sending it again changes nothing."""
    writes = _reached(request.body.events, shop.clock.now())
    if len(writes) == 1:
        shop.table.write(writes[0])
    else:
        shop.table.transact(writes)
    return Accepted(len(request.body.events))


@endpoint(role=Role.ADMIN, params=AskSales, errors=(InvalidPeriod,))
def get_sales(request: Request[Empty, AskSales], shop: Shop) -> Page[SalesView]:
    """What was sold, by day or month and currency."""
    asked = request.params
    _check_period(asked.first, asked.last)
    return Page(views.sales(reading.figures_between(shop.table, asked.first, asked.last), asked.by), None)


@endpoint(role=Role.ADMIN, params=AskTopProducts, errors=(InvalidPeriod,))
def get_top_products(request: Request[Empty, AskTopProducts], shop: Shop) -> Page[TopProduct]:
    """The products that brought the most revenue in a period."""
    asked = request.params
    _check_period(asked.first, asked.last)
    currency = asked.currency or shop.settings.currency
    rows = views.best(reading.products_between(shop.table, asked.first, asked.last), currency, asked.limit)
    names = _names(shop.table, (row.product_id for row in rows))
    return Page(views.top_products(rows, currency, asked.limit, names), None)


@endpoint(role=Role.ADMIN, params=AskFunnel, errors=(InvalidPeriod,))
def get_funnel(request: Request[Empty, AskFunnel], shop: Shop) -> FunnelView:
    """How far visitors came on the way to an order."""
    asked = request.params
    _check_period(asked.first, asked.last)
    return views.funnel(total(reading.figures_between(shop.table, asked.first, asked.last).values()))


def _reached(events: Iterable[VisitorEvent], now: datetime) -> list[Update]:
    """One write for each session and day."""
    sessions: dict[tuple[str, date], set[Step]] = {}
    for event in events:
        day = _moment(event, now).date()
        sessions.setdefault((_pseudonym(event.session_id, day), day), set()).add(event.type)
    return [store.reached(session_id, day, steps) for (session_id, day), steps in sessions.items()]


def _moment(event: VisitorEvent, now: datetime) -> datetime:
    """A visitor's clock may be wrong by years."""
    if event.at is None:
        return now
    is_believed = now - _COLLECTED_FOR <= event.at <= now
    return event.at.astimezone(UTC) if is_believed else now


def _pseudonym(session_id: str, day: date) -> str:
    """Another one each day, so that nobody can be followed from day to day."""
    from hashlib import sha256  # noqa: PLC0415 - brings OpenSSL, and reading figures needs none

    return sha256(f"{day}#{session_id}".encode()).hexdigest()[:_HASH_LENGTH]


def _check_period(first: date, last: date) -> None:
    if last < first:
        raise _invalid("to", "The period ends before it begins.")
    if (last - first).days >= MAX_DAYS:
        raise _invalid("from", f"The period is longer than {MAX_DAYS} days.")


def _invalid(field: str, message: str) -> InvalidPeriod:
    return InvalidPeriod(message, (Detail(field, message),))


def _names(table: Table, product_ids: Iterable[str]) -> dict[str, str]:
    found = table.get_many(product_key(product_id) for product_id in product_ids)
    return {product.product_id: product.name for product in map(product_from, found.values())}
