"""The cart as its customer sees it: lines beside what the shop sells now."""

from __future__ import annotations

from collections import Counter

import msgspec

from tradewind.cart.messages import AddedItem, CartItem, CartView, CurrencyTotal, LineView
from tradewind.cart.model import Availability, CartLine, availability
from tradewind.catalog.public import Product
from tradewind.inventory.public import Stock
from tradewind.kernel.money import to_decimal


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


def cart(positions: list[Position], currency: str) -> CartView:
    """`currency` is that of a cart in which nothing can be bought."""
    totals = _totals(positions, currency)
    single = totals[0] if len(totals) == 1 else None
    return CartView(
        items=[_item(position) for position in positions],
        item_count=sum(position.line.quantity for position in positions),
        currency=single.currency if single else None,
        total=single.total if single else None,
        totals=totals,
        unavailable=[position.line.product_id for position in positions if not _can_be_bought(position)],
    )


def added(product: Product, units: int, quantity: int) -> AddedItem:
    return AddedItem(
        product_id=product.product_id,
        name=product.name,
        unit_price=to_decimal(product.price_minor, product.currency),
        currency=product.currency,
        added=units,
        quantity=quantity,
    )


def line(line: CartLine) -> LineView:
    return LineView(line.product_id, line.quantity, line.added_at, line.updated_at)


def _totals(positions: list[Position], currency: str) -> list[CurrencyTotal]:
    minor: Counter[str] = Counter()
    for position in positions:
        if position.product and _can_be_bought(position):
            minor[position.product.currency] += position.product.price_minor * position.line.quantity
    return [
        CurrencyTotal(each, to_decimal(total, each)) for each, total in sorted(minor.items() or {currency: 0}.items())
    ]


def _can_be_bought(position: Position) -> bool:
    return position.availability is not Availability.UNAVAILABLE


def _item(position: Position) -> CartItem:
    line, product = position.line, position.product
    return CartItem(
        product_id=line.product_id,
        quantity=line.quantity,
        name=product.name if product else None,
        image_url=product.image_url if product else None,
        unit_price=to_decimal(product.price_minor, product.currency) if product else None,
        currency=product.currency if product else None,
        line_total=to_decimal(product.price_minor * line.quantity, product.currency) if product else None,
        availability=position.availability,
        available=position.available,
        added_at=line.added_at,
    )
