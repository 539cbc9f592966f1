"""The cart as its customer sees it: lines beside what the shop sells now."""

from __future__ import annotations

from tradewind.cart.messages import AddedItem, CartItem, CartView, CurrencyTotal, LineView
from tradewind.cart.model import CartLine
from tradewind.cart.positions import Position, totals_minor
from tradewind.catalog.public import Product
from tradewind.kernel.money import to_decimal


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
        unavailable=[position.line.product_id for position in positions if not position.can_be_bought],
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
    minor = totals_minor(positions) or {currency: 0}
    return [CurrencyTotal(each, to_decimal(total, each)) for each, total in minor.items()]


def _item(position: Position) -> CartItem:
    line, product = position.line, position.product
    return CartItem(
        product_id=line.product_id,
        quantity=line.quantity,
        name=product.name if product else None,
        image_url=product.image_url if product else None,
        unit_price=to_decimal(product.price_minor, product.currency) if product else None,
        currency=product.currency if product else None,
        line_total=to_decimal(position.total_minor, product.currency) if product else None,
        availability=position.availability,
        available=position.available,
        added_at=line.added_at,
    )
