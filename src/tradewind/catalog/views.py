"""Products from messages and back: prices are decimals outside and minor units inside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.catalog.messages import ProductFields, ProductSummary, ProductView
from tradewind.catalog.model import Product
from tradewind.kernel.money import price_to_minor, to_decimal

_COPIED = tuple(name for name in ProductFields.__struct_fields__ if name not in {"price", "currency"})


def product(
    fields: ProductFields,
    *,
    product_id: str,
    currency: str,
    created_at: datetime,
    now: datetime,
    version: int,
) -> Product:
    """The product that `fields` describe. Raises InvalidAmount."""
    return Product(
        product_id=product_id,
        price_minor=price_to_minor(fields.price, currency),
        currency=currency,
        created_at=created_at,
        updated_at=now,
        version=version,
        **{name: getattr(fields, name) for name in _COPIED},
    )


def summary(product: Product) -> ProductSummary:
    return ProductSummary(**_fields(product))


def view(product: Product, stock: int | None) -> ProductView:
    return ProductView(**_fields(product), stock=stock if product.track_stock else None)


def _fields(product: Product) -> dict[str, Any]:
    fields = msgspec.structs.asdict(product)
    fields["price"] = to_decimal(fields.pop("price_minor"), product.currency)
    return fields
