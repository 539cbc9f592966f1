"""Figures as administrators get them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from tradewind.analytics.messages import Funnel, FunnelStepCount, Period, SalesFigures, TopProduct
from tradewind.analytics.model import Figures, FunnelStep, ProductSales, Ranking, Takings, sum_figures
from tradewind.kernel.money import round_half_up, to_decimal

_FORMATS = {Period.DAY: "%Y-%m-%d", Period.MONTH: "%Y-%m"}
_SHARE_DIGITS = 4

RankedProduct: TypeAlias = tuple[str, ProductSales]
"""A product's id, and what was sold of it."""


def sales_figures(figures: Mapping[date, Figures], by: Period) -> list[SalesFigures]:
    """Return a row for each period and currency in which something was sold, cancelled or refunded, oldest first."""
    periods: dict[str, list[Figures]] = {}
    for day in sorted(figures):
        periods.setdefault(day.strftime(_FORMATS[by]), []).append(figures[day])
    return [
        _row(period, currency, takings)
        for period, parts in periods.items()
        for currency, takings in sorted(sum_figures(parts).takings.items())
    ]


def top_products(rows: Iterable[RankedProduct], currency: str, names: Mapping[str, str]) -> list[TopProduct]:
    return [
        TopProduct(
            product_id=product_id,
            name=names.get(product_id),
            units=sales.units,
            revenue=to_decimal(sales.revenue_minor, currency),
            currency=currency,
        )
        for product_id, sales in rows
    ]


def rank_products(ranking: Ranking, limit: int) -> Sequence[RankedProduct]:
    """Return the products with the most revenue; of equal ones, the lower id comes first."""
    sold = [(product_id, sales) for product_id, sales in ranking.rows.items() if sales.units > 0]
    return sorted(sold, key=lambda row: (-row[1].revenue_minor, row[0]))[:limit]


def funnel(figures: Figures, as_of: datetime | None) -> Funnel:
    first = figures.sessions.get(next(iter(FunnelStep)), 0)
    return Funnel(
        steps=[_step_count(step, figures.sessions.get(step, 0), first) for step in FunnelStep],
        customers_registered=figures.events.get("UserRegistered", 0),
        cart_additions=figures.events.get("CartItemAdded", 0),
        orders_confirmed=sum(takings.orders for takings in figures.takings.values()),
        payments_failed=figures.events.get("PaymentFailed", 0),
        as_of=as_of,
    )


def _row(period: str, currency: str, takings: Takings) -> SalesFigures:
    return SalesFigures(
        period=period,
        currency=currency,
        orders=takings.orders,
        units=takings.units,
        revenue=to_decimal(takings.revenue_minor, currency),
        average_order_value=to_decimal(_average_minor(takings), currency),
        cancelled=takings.cancelled,
        refunds=takings.refunds,
        refunded=to_decimal(takings.refunded_minor, currency),
    )


def _average_minor(takings: Takings) -> int:
    return round_half_up(Decimal(takings.revenue_minor) / takings.orders) if takings.orders else 0


def _step_count(step: FunnelStep, sessions: int, first: int) -> FunnelStepCount:
    return FunnelStepCount(step, sessions, round(sessions / first, _SHARE_DIGITS) if first else None)
