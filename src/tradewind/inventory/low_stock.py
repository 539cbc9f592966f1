"""Variants that are about to run out: StockLow is recorded once, and again only after there were more than a few units.

That it is recorded is a mark on the stock, written in one transaction with the event: whoever looks twice, or beside
another, records one. Looking writes nothing where nothing has to be said.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from tradewind.aws.events import record_event
from tradewind.aws.table import ConditionFailed, Put
from tradewind.inventory.model import Stock, stock_low
from tradewind.inventory.reads import read_stocks
from tradewind.inventory.writes import mark_low, unmark_low
from tradewind.kernel.events import event
from tradewind.kernel.partitions import product_partition
from tradewind.kernel.variant_ids import product_of
from tradewind.shop import Shop


def report_low_stock(variant_ids: Iterable[str], correlation_id: str, shop: Shop) -> None:
    """Record StockLow of each variant of which few units are left, if it is not; where more are, let it be again.

    One read unit a variant.
    """
    few = shop.settings.low_stock
    for stock in read_stocks(shop.table, variant_ids).values():
        if stock.available <= few and not stock.low_reported:
            with suppress(ConditionFailed):  # it is recorded already, or units came back
                shop.table.transact([mark_low(stock, few), _record(stock, correlation_id, shop)])
        elif stock.available > few:
            _lift(stock, few, shop)


def lift_low_stock(variant_ids: Iterable[str], shop: Shop) -> None:
    """Let StockLow be recorded again of the variants of which more than a few units are available now."""
    few = shop.settings.low_stock
    for stock in read_stocks(shop.table, variant_ids).values():
        if stock.available > few:
            _lift(stock, few, shop)


def _lift(stock: Stock, few: int, shop: Shop) -> None:
    if stock.low_reported:
        with suppress(ConditionFailed):  # it is lifted already, or units were sold
            shop.table.write(unmark_low(stock, few))


def _record(stock: Stock, correlation_id: str, shop: Shop) -> Put:
    low = event(
        stock_low(stock),
        about=product_of(stock.variant_id),
        sequence=stock.version + 1,
        clock=shop.clock,
        correlation_id=correlation_id,
    )
    return record_event(low, product_partition(product_of(stock.variant_id)))
