"""The cart as its customer sees it: lines beside what the shop sells now."""

from __future__ import annotations

from tradewind.cart.messages import AddedItem, Cart, CartItem, CartLineView, CurrencyTotal
from tradewind.cart.model import CartLine
from tradewind.cart.pricing import PricedLine, sum_totals_minor
from tradewind.catalog.public import Product
from tradewind.kernel.money import to_decimal


def cart(lines: list[PricedLine], currency: str) -> Cart:
    """`currency` is that of a cart in which nothing can be bought."""
    totals = _totals(lines, currency)
    single = totals[0] if len(totals) == 1 else None
    return Cart(
        items=[_item(line) for line in lines],
        item_count=sum(each.line.quantity for each in lines),
        currency=single.currency if single else None,
        total=single.total if single else None,
        totals=totals,
        unavailable=[each.line.product_id for each in lines if not each.can_be_bought],
    )


def addition(product: Product, units: int, quantity: int) -> AddedItem:
    return AddedItem(
        product_id=product.product_id,
        name=product.name,
        unit_price=to_decimal(product.price_minor, product.currency),
        currency=product.currency,
        added=units,
        quantity=quantity,
    )


def line(line: CartLine) -> CartLineView:
    return CartLineView(line.product_id, line.quantity, line.added_at, line.updated_at)


def _totals(lines: list[PricedLine], currency: str) -> list[CurrencyTotal]:
    minor = sum_totals_minor(lines) or {currency: 0}
    return [CurrencyTotal(each, to_decimal(total, each)) for each, total in minor.items()]


def _item(priced: PricedLine) -> CartItem:
    line, product = priced.line, priced.product
    return CartItem(
        product_id=line.product_id,
        quantity=line.quantity,
        name=product.name if product else None,
        image_url=product.image_url if product else None,
        unit_price=to_decimal(product.price_minor, product.currency) if product else None,
        currency=product.currency if product else None,
        line_total=to_decimal(priced.total_minor, product.currency) if product else None,
        availability=priced.availability,
        available=priced.available,
        added_at=line.added_at,
    )
