"""The prices of an order: the lines that somebody asks for, at the names and prices of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tradewind.catalog.public import Offer, Product, ProductUnavailable, find_offer, require_variant
from tradewind.kernel.errors import Detail, InvalidAmount
from tradewind.kernel.money import MAX_MINOR, price_to_minor, to_decimal, to_minor
from tradewind.kernel.variant_ids import product_of
from tradewind.ordering.errors import MixedCurrencies, TotalChanged
from tradewind.ordering.model import OrderLine


class RequestedLine(msgspec.Struct, frozen=True):
    """A line that somebody wants to order; without a price of its own it has the catalogue's.

    `is_by_product` where the product's id names it, which must be sold in one variant.
    """

    variant_id: str
    quantity: int
    unit_price: Decimal | None = None
    is_by_product: bool = False


def price_lines(requested: Sequence[RequestedLine], products: Mapping[str, Product]) -> tuple[list[OrderLine], str]:
    """The lines at the names and prices of `products`, by their ids, and their currency.

    Raises ProductUnavailable, VariantRequired, MixedCurrencies or InvalidAmount.
    """
    offers = _find_offers(requested, products)
    currencies = {offer.product.currency for offer in offers}
    if len(currencies) > 1:
        raise MixedCurrencies(f"An order has one currency, not {' and '.join(sorted(currencies))}.")
    return [_price(line, offer) for line, offer in zip(requested, offers, strict=True)], currencies.pop()


def check_total(total_minor: int, currency: str, expected: Decimal | None) -> None:
    """Raises InvalidAmount, or TotalChanged when the caller expected another total."""
    if total_minor > MAX_MINOR:
        raise InvalidAmount("The total is more than the shop can handle.")
    if expected is not None and to_minor(expected, currency, "expectedTotal") != total_minor:
        total = to_decimal(total_minor, currency)
        raise TotalChanged(f"The total is {total} {currency} now, not {expected}. Look at the prices again.")


def _find_offers(requested: Sequence[RequestedLine], products: Mapping[str, Product]) -> list[Offer]:
    """What is offered for each line. Raises ProductUnavailable or VariantRequired."""
    offers: list[Offer] = []
    missing: dict[str, None] = {}
    for line in requested:
        product = products.get(product_of(line.variant_id))
        if product and line.is_by_product:
            require_variant(product)
        offer = find_offer(product, line.variant_id)
        if offer:
            offers.append(offer)
        else:
            missing[line.variant_id] = None
    if missing:
        details = tuple(Detail(variant_id, "is not sold here") for variant_id in missing)
        raise ProductUnavailable(f"Not available: {', '.join(list(missing)[:10])}.", details)
    return offers


def _price(line: RequestedLine, offer: Offer) -> OrderLine:
    agreed, currency = line.unit_price, offer.product.currency
    return OrderLine(
        variant_id=offer.variant_id,
        name=offer.product.name,
        quantity=line.quantity,
        unit_price_minor=offer.unit_price_minor if agreed is None else price_to_minor(agreed, currency, "unitPrice"),
        tracked=offer.variant.track_stock,
        options=[[name, value] for name, value in offer.options.items()],
    )
