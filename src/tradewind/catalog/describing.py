"""Variants as somebody describes them, made into what is kept of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tradewind.catalog.change_messages import NewVariant, VariantFields
from tradewind.catalog.model import DescribedVariant, Option, Variant, VariantDetails
from tradewind.catalog.options import choose_values
from tradewind.kernel.money import price_to_minor
from tradewind.kernel.variant_ids import variant_id


class Terms(msgspec.Struct, frozen=True):
    """What a variant is described in: its product, the options that it has values of, and the currency of its price."""

    product_id: str
    options: Sequence[Option]
    currency: str


def describe(fields: VariantFields, number: int, terms: Terms, path: str = "") -> DescribedVariant:
    """A variant with this number; `path` leads to it in the request. Raises InvalidOptions or InvalidAmount."""
    variant = Variant(
        number,
        price_to_minor(fields.price, terms.currency, f"{path}price"),
        choose_values(terms.options, fields.options, f"{path}options"),
        fields.track_stock,
    )
    details = VariantDetails(
        variant_id=variant_id(terms.product_id, number),
        sku=fields.sku,
        barcode=fields.barcode,
        image_url=fields.image_url,
        compare_at_minor=_to_minor(fields.compare_at_price, terms.currency, f"{path}compareAtPrice"),
        cost_minor=_to_minor(fields.cost, terms.currency, f"{path}cost"),
        weight_grams=fields.weight_grams,
    )
    return DescribedVariant(variant, details)


def describe_new(fields: Sequence[NewVariant], numbers: Sequence[int], terms: Terms) -> list[DescribedVariant]:
    """New variants, with the units that are on hand of each. Raises InvalidOptions or InvalidAmount."""
    return [
        msgspec.structs.replace(describe(each, number, terms, f"variants[{position}]."), units=each.stock)
        for position, (each, number) in enumerate(zip(fields, numbers, strict=True))
    ]


def _to_minor(price: Decimal | None, currency: str, field: str) -> int | None:
    return None if price is None else price_to_minor(price, currency, field)
