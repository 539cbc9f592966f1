"""The tracking of visitors' events, and the reports for administrators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from tradewind.analytics import reads, views, writes
from tradewind.analytics.errors import InvalidPeriod
from tradewind.analytics.messages import (
    Funnel,
    FunnelQuery,
    SalesQuery,
    SalesReport,
    TopProductsQuery,
    TopProductsReport,
    TrackEvents,
    TrackingReceipt,
    VisitorEvent,
)
from tradewind.analytics.model import Figures, FunnelStep, sum_figures
from tradewind.aws.table import Table, TableBusy, Update
from tradewind.catalog.public import product_from, product_key
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Permission
from tradewind.kernel.errors import Detail
from tradewind.kernel.money import to_decimal
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


@endpoint(permission=Permission.REPORTS, params=SalesQuery, errors=(InvalidPeriod,))
def get_sales(request: Request[Empty, SalesQuery], shop: Shop) -> SalesReport:
    """Get sales figures.

    There is a row for each day or month and currency in which something was sold, cancelled or refunded. They are at
    most ten minutes old.
    """
    query = request.params
    figures = _read_figures(query, shop)
    return SalesReport(views.sales_figures(figures, query.by), reads.read_as_of(shop.table))


@endpoint(permission=Permission.REPORTS, params=TopProductsQuery, errors=(InvalidPeriod,))
def get_top_products(request: Request[Empty, TopProductsQuery], shop: Shop) -> TopProductsReport:
    """Get the products with the most revenue.

    They are at most ten minutes old.
    """
    query = request.params
    _check_period(query.first, query.last)
    currency = query.currency or shop.settings.currency
    ranking = reads.read_ranking(shop.table, query.first, query.last, currency)
    rows = views.rank_products(ranking, query.limit)
    names = _find_names(shop.table, (product_id for product_id, _ in rows))
    return TopProductsReport(
        items=views.top_products(rows, currency, names),
        as_of=reads.read_as_of(shop.table),
        missing=to_decimal(ranking.missing_minor, currency),
    )


@endpoint(permission=Permission.REPORTS, params=FunnelQuery, errors=(InvalidPeriod,))
def get_funnel(request: Request[Empty, FunnelQuery], shop: Shop) -> Funnel:
    """Get the sales funnel.

    It counts how many visitors reached each step on the way to an order, and is at most ten minutes old.
    """
    figures = _read_figures(request.params, shop)
    return views.funnel(sum_figures(figures.values()), reads.read_as_of(shop.table))


def _read_figures(query: SalesQuery | FunnelQuery, shop: Shop) -> dict[date, Figures]:
    """Read the figures of a period. Raises InvalidPeriod."""
    _check_period(query.first, query.last)
    return {day: state.figures for day, state in reads.read_days(shop.table, query.first, query.last).items()}


def _mark_steps(events: Iterable[VisitorEvent], now: datetime) -> list[Update]:
    """Mark the steps of each session, by one write for each step, session and day."""
    sessions: dict[tuple[str, date], set[FunnelStep]] = {}
    for event in events:
        day = _visit_time(event, now).date()
        sessions.setdefault((_pseudonym(event.session_id, day), day), set()).add(event.type)
    return [
        write
        for (session_id, day), steps in sessions.items()
        for write in writes.mark_steps(session_id, day, steps, now)
    ]


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
