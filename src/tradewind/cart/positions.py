"""What is in a cart, beside what the shop sells now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from tradewind.aws.table import Item, Key, Table
from tradewind.cart.model import Availability, CartLine, availability
from tradewind.cart.store import lines
from tradewind.catalog.public import Product, product_from, product_key
from tradewind.inventory.public import Stock, stock_from, stock_key


class Position(msgspec.Struct, frozen=True):
    """A line and its product; None when the product is gone, or tracks no stock."""

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


def positions(table: Table, user_id: str) -> list[Position]:
    """All lines of a cart, in the order in which they were added, with their products and stock."""
    in_cart = lines(table, user_id)
    found = table.get_many([key(line.product_id) for line in in_cart for key in (product_key, stock_key)])
    return [_position(line, found) for line in in_cart]


def totals_minor(positions: Iterable[Position]) -> dict[str, int]:
    """What can be bought of it costs so much, by currency."""
    minor: Counter[str] = Counter()
    for position in positions:
        if position.product and position.can_be_bought:
            minor[position.product.currency] += position.total_minor
    return dict(sorted(minor.items()))


def _position(line: CartLine, found: dict[Key, Item]) -> Position:
    product, stock = found.get(product_key(line.product_id)), found.get(stock_key(line.product_id))
    return Position(line, product_from(product) if product else None, stock_from(stock) if stock else None)
