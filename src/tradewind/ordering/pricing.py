"""The prices of an order: the lines that somebody asks for, at the names and prices of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tradewind.catalog.public import Product, ProductUnavailable
from tradewind.kernel.errors import Detail, InvalidAmount
from tradewind.kernel.money import MAX_MINOR, price_to_minor, to_decimal, to_minor
from tradewind.ordering.errors import MixedCurrencies, TotalChanged
from tradewind.ordering.model import OrderLine


class RequestedLine(msgspec.Struct, frozen=True):
    """A line that somebody wants to order; without a price of its own it has the catalogue's."""

    product_id: str
    quantity: int
    unit_price: Decimal | None = None


def price_lines(requested: Sequence[RequestedLine], products: Mapping[str, Product]) -> tuple[list[OrderLine], str]:
    """The lines at the names and prices of `products`, and their currency.

    Raises ProductUnavailable, MixedCurrencies or InvalidAmount.
    """
    _check_available(requested, products)
    currencies = {products[line.product_id].currency for line in requested}
    if len(currencies) > 1:
        raise MixedCurrencies(f"An order has one currency, not {' and '.join(sorted(currencies))}.")
    return [_price(line, products[line.product_id]) for line in requested], currencies.pop()


def check_total(total_minor: int, currency: str, expected: Decimal | None) -> None:
    """Raises InvalidAmount, or TotalChanged when the caller expected another total."""
    if total_minor > MAX_MINOR:
        raise InvalidAmount("The total is more than the shop can handle.")
    if expected is not None and to_minor(expected, currency, "expectedTotal") != total_minor:
        total = to_decimal(total_minor, currency)
        raise TotalChanged(f"The total is {total} {currency} now, not {expected}. Look at the prices again.")


def _check_available(requested: Sequence[RequestedLine], products: Mapping[str, Product]) -> None:
    product_ids = dict.fromkeys(line.product_id for line in requested)
    missing = [id_ for id_ in product_ids if id_ not in products or not products[id_].is_active]
    if missing:
        details = tuple(Detail(product_id, "is not sold here") for product_id in missing)
        raise ProductUnavailable(f"Not available: {', '.join(missing[:10])}.", details)


def _price(line: RequestedLine, product: Product) -> OrderLine:
    agreed, currency = line.unit_price, product.currency
    return OrderLine(
        product_id=product.product_id,
        name=product.name,
        quantity=line.quantity,
        unit_price_minor=product.price_minor if agreed is None else price_to_minor(agreed, currency, "unitPrice"),
        tracked=product.track_stock,
    )
