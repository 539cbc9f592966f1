"""The lines of a cart beside what the shop sells now: today's names and prices, and what can be bought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from tradewind.aws.table import Item, Key, Table
from tradewind.cart.model import Availability, CartLine, availability
from tradewind.cart.reads import list_lines
from tradewind.catalog.public import Product, product_from, product_key
from tradewind.inventory.public import Stock, stock_from, stock_key


class PricedLine(msgspec.Struct, frozen=True):
    """A line with its product and its stock; None when the product is gone, or tracks no stock."""

    line: CartLine
    product: Product | None
    stock: Stock | None

    @property
    def available(self) -> int | None:
        """How many can be bought; None when it never runs out."""
        if self.product is None or not self.product.is_active:
            return 0
        if not self.product.track_stock:
            return None
        return self.stock.available if self.stock else 0

    @property
    def availability(self) -> Availability:
        return availability(self.line.quantity, self.available)

    @property
    def can_be_bought(self) -> bool:
        return self.availability is not Availability.UNAVAILABLE

    @property
    def total_minor(self) -> int:
        """At today's price, in the product's currency; 0 when the product is gone."""
        return self.product.price_minor * self.line.quantity if self.product else 0


def price_cart(table: Table, owner_id: str) -> list[PricedLine]:
    """All lines of a cart, in the order in which they were added, with their products and stock."""
    lines = list_lines(table, owner_id)
    found = table.get_many([key(line.product_id) for line in lines for key in (product_key, stock_key)])
    return [_price(line, found) for line in lines]


def sum_totals_minor(lines: Iterable[PricedLine]) -> dict[str, int]:
    """The total of what can be bought, by currency."""
    totals: Counter[str] = Counter()
    for line in lines:
        if line.product and line.can_be_bought:
            totals[line.product.currency] += line.total_minor
    return dict(sorted(totals.items()))


def _price(line: CartLine, found: dict[Key, Item]) -> PricedLine:
    product, stock = found.get(product_key(line.product_id)), found.get(stock_key(line.product_id))
    return PricedLine(line, product_from(product) if product else None, stock_from(stock) if stock else None)
