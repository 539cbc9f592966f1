"""The cart as its customer sees it: lines beside what the shop sells now."""

from __future__ import annotations

from tradewind.cart.messages import AddedItem, Cart, CartItem, CartLineView, CurrencyTotal
from tradewind.cart.model import CartLine
from tradewind.cart.pricing import PricedLine, sum_totals_minor
from tradewind.catalog.public import Offer
from tradewind.kernel.money import to_decimal
from tradewind.kernel.variant_ids import product_of


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
        unavailable=[each.line.variant_id for each in lines if not each.can_be_bought],
    )


def addition(offer: Offer, units: int, quantity: int) -> AddedItem:
    product = offer.product
    return AddedItem(
        product_id=product.product_id,
        variant_id=offer.variant_id,
        name=product.name,
        options=offer.options,
        unit_price=to_decimal(offer.unit_price_minor, product.currency),
        currency=product.currency,
        added=units,
        quantity=quantity,
    )


def line(line: CartLine) -> CartLineView:
    return CartLineView(product_of(line.variant_id), line.variant_id, line.quantity, line.added_at, line.updated_at)


def _totals(lines: list[PricedLine], currency: str) -> list[CurrencyTotal]:
    minor = sum_totals_minor(lines) or {currency: 0}
    return [CurrencyTotal(each, to_decimal(total, each)) for each, total in minor.items()]


def _item(priced: PricedLine) -> CartItem:
    line, product, offer = priced.line, priced.product, priced.offer
    return CartItem(
        product_id=product_of(line.variant_id),
        variant_id=line.variant_id,
        quantity=line.quantity,
        name=product.name if product else None,
        options=offer.options if offer else {},
        image_url=product.image_url if product else None,
        unit_price=to_decimal(offer.unit_price_minor, offer.product.currency) if offer else None,
        currency=product.currency if product else None,
        line_total=to_decimal(priced.total_minor, offer.product.currency) if offer else None,
        availability=priced.availability,
        available=priced.available,
        added_at=line.added_at,
    )
