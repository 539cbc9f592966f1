"""The tracking of visitors' events, and the reports for administrators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from tradewind.analytics import reads, views, writes
from tradewind.analytics.errors import InvalidPeriod
from tradewind.analytics.messages import (
    Funnel,
    FunnelQuery,
    SalesFigures,
    SalesQuery,
    TopProduct,
    TopProductsQuery,
    TrackEvents,
    TrackingReceipt,
    VisitorEvent,
)
from tradewind.analytics.model import FunnelStep, sum_figures
from tradewind.aws.table import Table, TableBusy, Update
from tradewind.catalog.public import product_from, product_key
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import Detail
from tradewind.shop import Shop

MAX_DAYS = 366
_MAX_EVENT_AGE = timedelta(hours=1)
_HASH_LENGTH = 20


@endpoint(body=TrackEvents, status=202, errors=(TableBusy,))
def track_events(request: Request[TrackEvents, Empty], shop: Shop) -> TrackingReceipt:
    """Track visitor events.

    They say which steps on the way to an order visitors have reached. Sending them again changes nothing.
    """
    updates = _mark_steps(request.body.events, shop.clock.now())
    if len(updates) == 1:
        shop.table.write(updates[0])
    else:
        shop.table.transact(updates)
    return TrackingReceipt(len(request.body.events))


@endpoint(role=Role.ADMIN, params=SalesQuery, errors=(InvalidPeriod,))
def get_sales(request: Request[Empty, SalesQuery], shop: Shop) -> Page[SalesFigures]:
    """Get sales figures.

    There is a row for each day or month and currency in which something was sold, cancelled or refunded.
    """
    query = request.params
    _check_period(query.first, query.last)
    return Page(views.sales_figures(reads.read_figures(shop.table, query.first, query.last), query.by), None)


@endpoint(role=Role.ADMIN, params=TopProductsQuery, errors=(InvalidPeriod,))
def get_top_products(request: Request[Empty, TopProductsQuery], shop: Shop) -> Page[TopProduct]:
    """Get the products with the most revenue."""
    query = request.params
    _check_period(query.first, query.last)
    currency = query.currency or shop.settings.currency
    rows = views.rank_products(reads.read_products(shop.table, query.first, query.last), currency, query.limit)
    names = _find_names(shop.table, (row.product_id for row in rows))
    return Page(views.top_products(rows, currency, query.limit, names), None)


@endpoint(role=Role.ADMIN, params=FunnelQuery, errors=(InvalidPeriod,))
def get_funnel(request: Request[Empty, FunnelQuery], shop: Shop) -> Funnel:
    """Get the sales funnel.

    It counts how many visitors reached each step on the way to an order.
    """
    query = request.params
    _check_period(query.first, query.last)
    return views.funnel(sum_figures(reads.read_figures(shop.table, query.first, query.last).values()))


def _mark_steps(events: Iterable[VisitorEvent], now: datetime) -> list[Update]:
    """Mark the steps of each session, by one write for each session and day."""
    sessions: dict[tuple[str, date], set[FunnelStep]] = {}
    for event in events:
        day = _visit_time(event, now).date()
        sessions.setdefault((_pseudonym(event.session_id, day), day), set()).add(event.type)
    return [writes.mark_steps(session_id, day, steps) for (session_id, day), steps in sessions.items()]


def _visit_time(event: VisitorEvent, now: datetime) -> datetime:
    """When the event happened; now, when the client's clock cannot be believed."""
    if event.at is None:
        return now
    is_believed = now - _MAX_EVENT_AGE <= event.at <= now
    return event.at.astimezone(UTC) if is_believed else now


def _pseudonym(session_id: str, day: date) -> str:
    """Hash a session's id, differently each day, so that nobody can be followed from day to day."""
    from hashlib import sha256  # noqa: PLC0415 - brings OpenSSL, and reading figures needs none

    return sha256(f"{day}#{session_id}".encode()).hexdigest()[:_HASH_LENGTH]


def _check_period(first: date, last: date) -> None:
    if last < first:
        raise _invalid("to", "The period ends before it begins.")
    if (last - first).days >= MAX_DAYS:
        raise _invalid("from", f"The period is longer than {MAX_DAYS} days.")


def _invalid(field: str, message: str) -> InvalidPeriod:
    return InvalidPeriod(message, (Detail(field, message),))


def _find_names(table: Table, product_ids: Iterable[str]) -> dict[str, str]:
    found = table.get_many(product_key(product_id) for product_id in product_ids)
    return {product.product_id: product.name for product in map(product_from, found.values())}
