"""What other services may use of the catalogue."""

from __future__ import annotations

from tradewind.catalog.errors import ProductNotFound, ProductUnavailable
from tradewind.catalog.model import Product
from tradewind.catalog.reads import Position, page_product_ids, product_from, product_key

__all__ = [
    "Position",
    "Product",
    "ProductNotFound",
    "ProductUnavailable",
    "page_product_ids",
    "product_from",
    "product_key",
]
