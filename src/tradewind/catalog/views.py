"""Products as callers see them: prices are decimals outside and minor units inside."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.catalog.messages import (
    OptionValueView,
    OptionView,
    PriceRange,
    ProductSummary,
    ProductView,
    StaffVariantView,
    VariantView,
)
from tradewind.catalog.model import Option, Product, Variant, VariantDetails
from tradewind.catalog.offers import Offer
from tradewind.catalog.product_pages import ProductPage
from tradewind.kernel.money import to_decimal

_COPIED = tuple(
    name
    for name in ProductSummary.__struct_fields__
    if name not in {"price", "price_range", "options", "variant_count"}
)


def summary(product: Product) -> ProductSummary:
    return ProductSummary(**_fields(product))


def view(page: ProductPage) -> ProductView:
    variants = [VariantView(**_variant_fields(page, variant)) for variant in page.product.variants]
    return ProductView(**_fields(page.product), stock=page.sum_available(), variants=variants)


def staff_variant(page: ProductPage, variant: Variant, details: VariantDetails) -> StaffVariantView:
    currency, shown = page.product.currency, _variant_fields(page, variant) | _details(details)
    return StaffVariantView(
        **shown,
        compare_at_price=_maybe_decimal(details.compare_at_minor, currency),
        cost=_maybe_decimal(details.cost_minor, currency),
        is_archived=details.archived is not None,
    )


def archived_variant(page: ProductPage, variant: Variant, details: VariantDetails) -> StaffVariantView:
    shown = staff_variant(page, variant, details)
    return msgspec.structs.replace(shown, options=page.product.describe_archived(variant))


def _fields(product: Product) -> dict[str, Any]:
    lowest, highest = (to_decimal(each, product.currency) for each in (product.lowest_minor, product.highest_minor))
    return {name: getattr(product, name) for name in _COPIED} | {
        "price": lowest,
        "price_range": PriceRange(lowest, highest),
        "options": list(map(_option, product.options)),
        "variant_count": len(product.variants),
    }


def _option(option: Option) -> OptionView:
    values = [OptionValueView(each.value_id, each.value) for each in option.values]
    return OptionView(option.option_id, option.name, values)


def _variant_fields(page: ProductPage, variant: Variant) -> dict[str, Any]:
    offer = Offer(page.product, variant)
    return _details(page.details_of(variant)) | {
        "variant_id": offer.variant_id,
        "options": offer.options,
        "price": to_decimal(offer.unit_price_minor, page.product.currency),
        "track_stock": variant.track_stock,
        "stock": page.count_available(variant),
    }


def _details(details: VariantDetails) -> dict[str, Any]:
    shown = msgspec.structs.asdict(details)
    return {name: shown[name] for name in ("sku", "barcode", "image_url", "weight_grams")}


def _maybe_decimal(minor: int | None, currency: str) -> Any:  # noqa: ANN401 - a decimal, or None
    return None if minor is None else to_decimal(minor, currency)
