"""What came of a replay, as tables for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tradewind.kernel.money import to_decimal
from tradewind_tools.data.import_report import show_remarks, show_unread, write_json
from tradewind_tools.data.online_retail import CURRENCY
from tradewind_tools.data.reconciliation import OrderOutcome, Reconciliation, ReplayStatus
from tradewind_tools.data.remarks import Remark, UnreadColumn
from tradewind_tools.data.replay import Replay

_SHOWN = 10
_OUT_OF_STOCK = "OutOfStock"
_NOTHING_PLACED = "[red]Nothing was placed:[/] no row of these files is a sale of a product in the shop."
_RESTOCK = (
    "Stock is given once, when a product is created: import these files with --set-stock, then replay them again."
)


class ReplayReport(msgspec.Struct, frozen=True, rename="camel"):
    """The report as JSON. `orders` has the outcome of every invoice, `refused` every row that is no sale."""

    files: tuple[str, ...]
    reconciliation: Reconciliation
    orders: tuple[OrderOutcome, ...]
    refused: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    unread: tuple[UnreadColumn, ...]
    placing_seconds: float
    settling_seconds: float
    orders_placed_per_minute: float

    @classmethod
    def of(cls, files: Iterable[Path], replay: Replay, reconciliation: Reconciliation) -> ReplayReport:
        timing = replay.timing
        rate = 60 * len(replay.placed_now) / timing.placing_seconds if timing.placing_seconds else 0.0
        return cls(
            files=tuple(map(str, files)),
            reconciliation=reconciliation,
            orders=tuple(map(replay.outcome, replay.sales.invoices)),
            refused=tuple(replay.sales.refused),
            notes=tuple(replay.sales.notes),
            unread=tuple(replay.sales.unread),
            placing_seconds=round(timing.placing_seconds, 2),
            settling_seconds=round(timing.settling_seconds, 2),
            orders_placed_per_minute=round(rate, 1),
        )

    def show(self, console: Console) -> None:
        found = self.reconciliation
        _show(console, "Invoices", _invoices(found))
        _show(console, "Rows", _rows(found))
        _show(console, "Money", _money(found))
        _show(console, "Stock (tracked products)", _stock(found))
        show_remarks(console, "Taken otherwise than written", self.notes)
        show_unread(console, self.unread)
        self._show_unconfirmed(console)
        self._show_differences(console)
        console.print(self._throughput(), highlight=False)
        console.print(self._verdict())

    def _verdict(self) -> str:
        if not self.orders:
            return _NOTHING_PLACED
        return "[green]Reconciled.[/]" if self.reconciliation.reconciles else "[red]Does not reconcile.[/]"

    def write(self, file: Path) -> None:
        write_json(self, file)

    def _show_unconfirmed(self, console: Console) -> None:
        orders = [order for order in self.orders if order.status is not ReplayStatus.CONFIRMED]
        if orders:
            lines = {
                order.invoice: f"{order.status}: {order.detail or order.reason}".removesuffix(": ") for order in orders
            }
            _show(console, f"Invoices not confirmed: {len(orders)}, the first", _first(lines))
        if any(order.reason == _OUT_OF_STOCK for order in orders):
            console.print(_RESTOCK, markup=False)

    def _show_differences(self, console: Console) -> None:
        orders, products = self.reconciliation.differing_orders, self.reconciliation.stock.differences
        if orders:
            found = {order.invoice: f"{_pounds(order.ours_minor)} / {_pounds(order.shops_minor)}" for order in orders}
            _show(console, f"Invoice and order differ: {len(orders)}, the first", _first(found))
        if products:
            differing = {product.product_id: f"{product.expected} / {product.found}" for product in products}
            _show(console, f"Stock expected and found: {len(products)}, the first", _first(differing))

    def _throughput(self) -> str:
        placed = f"{self.reconciliation.placed_now} orders placed in {self.placing_seconds:.1f} s"
        return f"{placed} ({self.orders_placed_per_minute:.0f} a minute); settled {self.settling_seconds:.1f} s later"


def _show(console: Console, title: str, lines: Mapping[str, str]) -> None:
    console.print(_table(title, lines), markup=False)


def _first(lines: Mapping[str, str]) -> dict[str, str]:
    return dict(list(lines.items())[:_SHOWN])


def _table(title: str, lines: Mapping[str, str]) -> Table:
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, value in lines.items():
        table.add_row(name, value)
    return table


def _invoices(found: Reconciliation) -> dict[str, str]:
    nothing_to_sell = found.invoices_read - found.invoices_with_sales
    counts = {"read": found.invoices_read, "without anything to sell": nothing_to_sell, "placed now": found.placed_now}
    reasons = {f"  {reason}": count for reason, count in found.reasons.items()}
    return _counts(counts | found.statuses | reasons)


def _rows(found: Reconciliation) -> dict[str, str]:
    refused = {f"refused: {reason}": count for reason, count in found.rows_refused.items()}
    return _counts({"read": found.rows_read, "accepted": found.rows_accepted} | refused)


def _money(found: Reconciliation) -> dict[str, str]:
    money = found.money
    return {
        "accepted rows": _pounds(money.accepted_minor),
        "of these, on confirmed orders": _pounds(money.confirmed_rows_minor),
        "confirmed orders, as the API says": _pounds(money.confirmed_orders_minor),
        "difference": _pounds(money.accepted_minor - money.confirmed_orders_minor),
    }


def _stock(found: Reconciliation) -> dict[str, str]:
    stock = found.stock
    return _counts(
        {
            "products": stock.products,
            "units on confirmed orders": stock.units_confirmed,
            "units sold, as the API says": stock.units_sold,
            "products that do not add up": len(stock.differences),
        }
    )


def _counts(counts: Mapping[str, int]) -> dict[str, str]:
    return {name: f"{count:,}" for name, count in counts.items()}


def _pounds(minor: int) -> str:
    return f"{to_decimal(minor, CURRENCY):,} {CURRENCY}"
