"""Whether everything adds up after a replay: rows, orders, money and stock. Nothing here talks to the shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from tradewind_tools.data.messages import Stock
from tradewind_tools.data.online_retail import Sales
from tradewind_tools.data.remarks import Remark


class ReplayStatus(StrEnum):
    """What became of an invoice."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    PENDING = "still pending"
    REFUSED = "refused by the shop"
    LOST = "placed, but unknown to the shop"
    NOT_PLACED = "not placed yet"


class OrderOutcome(msgspec.Struct, frozen=True):
    """An invoice and its order. Amounts in pence: ours from the accepted rows, the shop's as the API says."""

    invoice: str
    status: ReplayStatus
    ours_minor: int
    shops_minor: int = 0
    order_id: str = ""
    reason: str = ""
    detail: str = ""
    is_new: bool = False

    @property
    def differs(self) -> bool:
        return self.status is ReplayStatus.CONFIRMED and self.ours_minor != self.shops_minor


class StockDifference(msgspec.Struct, frozen=True, rename="camel"):
    """A product whose stock does not add up, in units."""

    product_id: str
    expected: Stock
    found: Stock | None


class Money(msgspec.Struct, frozen=True, rename="camel"):
    """In pence: of all accepted rows, of those on confirmed orders, and of the confirmed orders as the API says."""

    accepted_minor: int
    confirmed_rows_minor: int
    confirmed_orders_minor: int

    @property
    def adds_up(self) -> bool:
        return self.accepted_minor == self.confirmed_rows_minor == self.confirmed_orders_minor


class StockReconciliation(msgspec.Struct, frozen=True, rename="camel"):
    """Over the files' tracked products, in units: of confirmed orders, sold as the API says, and what differs."""

    products: int
    units_confirmed: int
    units_sold: int
    differences: tuple[StockDifference, ...]


class Reconciliation(msgspec.Struct, frozen=True, rename="camel"):
    rows_read: int
    rows_accepted: int
    rows_refused: dict[str, int]
    invoices_read: int
    invoices_with_sales: int
    placed_now: int
    statuses: dict[str, int]
    reasons: dict[str, int]
    money: Money
    differing_orders: tuple[OrderOutcome, ...]
    stock: StockReconciliation
    reconciles: bool


def reconcile(sales: Sales, outcomes: Iterable[OrderOutcome], stock: StockReconciliation) -> Reconciliation:
    """Compare what the shop says with what the files say. Where there is nothing to compare, nothing reconciles."""
    outcomes = list(outcomes)
    money = _money(sales, outcomes)
    differing = tuple(outcome for outcome in outcomes if outcome.differs)
    return Reconciliation(
        rows_read=sales.rows_read,
        rows_accepted=sales.rows_accepted,
        rows_refused=_by_reason(sales.refused),
        invoices_read=sales.invoices_read,
        invoices_with_sales=len(sales.invoices),
        placed_now=sum(outcome.is_new for outcome in outcomes),
        statuses=dict(Counter(outcome.status.value for outcome in outcomes)),
        reasons=dict(Counter(outcome.reason for outcome in outcomes if outcome.reason)),
        money=money,
        differing_orders=differing,
        stock=stock,
        reconciles=bool(outcomes)
        and money.adds_up
        and not differing
        and not stock.differences
        and _is_every_row_accounted(sales),
    )


def count_stock(
    before: Mapping[str, Stock], units: Mapping[str, int], now: Mapping[str, Stock | None]
) -> StockReconciliation:
    """Compare each tracked product's stock with what it was, less the units of confirmed orders; none is reserved."""
    expected = {product: _less(stock, units.get(product, 0)) for product, stock in before.items()}
    differences = (
        StockDifference(product, stock, now.get(product))
        for product, stock in expected.items()
        if now.get(product) != stock
    )
    return StockReconciliation(
        products=len(before),
        units_confirmed=sum(units.get(product, 0) for product in before),
        units_sold=sum(stock.sold - before[product].sold for product, stock in now.items() if stock is not None),
        differences=tuple(differences),
    )


def _less(stock: Stock, units: int) -> Stock:
    return Stock(available=stock.on_hand - units, reserved=0, sold=stock.sold + units)


def _money(sales: Sales, outcomes: Iterable[OrderOutcome]) -> Money:
    confirmed = [outcome for outcome in outcomes if outcome.status is ReplayStatus.CONFIRMED]
    return Money(
        accepted_minor=sales.total_minor,
        confirmed_rows_minor=sum(outcome.ours_minor for outcome in confirmed),
        confirmed_orders_minor=sum(outcome.shops_minor for outcome in confirmed),
    )


def _by_reason(refused: Iterable[Remark]) -> dict[str, int]:
    return dict(Counter(str(remark.reason) for remark in refused).most_common())


def _is_every_row_accounted(sales: Sales) -> bool:
    return sales.rows_accepted + len(sales.refused) == sales.rows_read
