"""The lines of a cart beside what the shop sells now: today's names and prices, and what can be bought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from tradewind.aws.table import Item, Key, Table
from tradewind.cart.model import Availability, CartLine, availability
from tradewind.cart.reads import list_lines
from tradewind.catalog.public import Offer, Product, find_variant, product_from, product_key
from tradewind.inventory.public import Stock, stock_from, stock_key
from tradewind.kernel.variant_ids import product_of


class PricedLine(msgspec.Struct, frozen=True):
    """A line with its product, what is offered of it, and its stock.

    None when the product is gone, when it is not sold in this variant any more, or when that tracks no stock.
    """

    line: CartLine
    product: Product | None
    offer: Offer | None
    stock: Stock | None

    @property
    def available(self) -> int | None:
        """How many can be bought; None when it never runs out."""
        if self.offer is None or not self.offer.product.is_active:
            return 0
        if not self.offer.variant.track_stock:
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
        """At today's price, in the product's currency; 0 when it is not sold any more."""
        return self.offer.unit_price_minor * self.line.quantity if self.offer else 0


def price_cart(table: Table, owner_id: str) -> list[PricedLine]:
    """All lines of a cart, in the order in which they were added, with their products and stock."""
    lines = list_lines(table, owner_id)
    keys = [key for line in lines for key in (_product_key(line), stock_key(line.variant_id))]
    found = table.get_many(dict.fromkeys(keys))
    return [_price(line, found) for line in lines]


def sum_totals_minor(lines: Iterable[PricedLine]) -> dict[str, int]:
    """The total of what can be bought, by currency."""
    totals: Counter[str] = Counter()
    for line in lines:
        if line.offer and line.can_be_bought:
            totals[line.offer.product.currency] += line.total_minor
    return dict(sorted(totals.items()))


def _price(line: CartLine, found: dict[Key, Item]) -> PricedLine:
    item, stock = found.get(_product_key(line)), found.get(stock_key(line.variant_id))
    product = product_from(item) if item else None
    offer = find_variant(product, line.variant_id) if product else None
    return PricedLine(line, product, offer, stock_from(stock) if stock else None)


def _product_key(line: CartLine) -> Key:
    return product_key(product_of(line.variant_id))
