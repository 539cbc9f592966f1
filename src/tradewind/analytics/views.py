"""Figures as administrators get them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tradewind.analytics.messages import Funnel, FunnelStepCount, Period, SalesFigures, TopProduct
from tradewind.analytics.model import Figures, FunnelStep, ProductTakings, Takings, sum_figures
from tradewind.kernel.money import round_half_up, to_decimal

_FORMATS = {Period.DAY: "%Y-%m-%d", Period.MONTH: "%Y-%m"}
_SHARE_DIGITS = 4


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


def top_products(
    rows: Iterable[ProductTakings], currency: str, limit: int, names: Mapping[str, str]
) -> list[TopProduct]:
    return [
        TopProduct(
            product_id=row.product_id,
            name=names.get(row.product_id),
            units=row.sales.units,
            revenue=to_decimal(row.sales.revenue_minor, currency),
            currency=currency,
        )
        for row in rank_products(rows, currency, limit)
    ]


def rank_products(rows: Iterable[ProductTakings], currency: str, limit: int) -> Sequence[ProductTakings]:
    """Return the products with the most revenue in a currency; of equal ones, the lower id comes first."""
    of_currency = [row for row in rows if row.currency == currency]
    return sorted(of_currency, key=lambda row: (-row.sales.revenue_minor, row.product_id))[:limit]


def funnel(figures: Figures) -> Funnel:
    first = figures.sessions.get(next(iter(FunnelStep)), 0)
    return Funnel(
        steps=[_step_count(step, figures.sessions.get(step, 0), first) for step in FunnelStep],
        customers_registered=figures.events.get("UserRegistered", 0),
        cart_additions=figures.events.get("CartItemAdded", 0),
        orders_confirmed=sum(takings.orders for takings in figures.takings.values()),
        payments_failed=figures.events.get("PaymentFailed", 0),
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
