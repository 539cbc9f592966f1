"""Products as callers see them: prices are decimals outside and minor units inside."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.catalog.messages import ProductSummary, ProductView
from tradewind.catalog.model import Product
from tradewind.kernel.money import to_decimal


def summary(product: Product) -> ProductSummary:
    return ProductSummary(**_fields(product))


def view(product: Product, stock: int | None) -> ProductView:
    return ProductView(**_fields(product), stock=stock if product.track_stock else None)


def _fields(product: Product) -> dict[str, Any]:
    fields = msgspec.structs.asdict(product)
    fields["price"] = to_decimal(fields.pop("price_minor"), product.currency)
    return fields
