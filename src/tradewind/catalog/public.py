"""What other services may use of the catalogue."""

from __future__ import annotations

from tradewind.catalog.errors import ProductNotFound, ProductUnavailable
from tradewind.catalog.model import Product
from tradewind.catalog.offers import Offer, find_offer, find_variant, require_variant
from tradewind.catalog.reads import Position, page_variant_ids, product_from, product_key, variant_key

__all__ = [
    "Offer",
    "Position",
    "Product",
    "ProductNotFound",
    "ProductUnavailable",
    "find_offer",
    "find_variant",
    "page_variant_ids",
    "product_from",
    "product_key",
    "require_variant",
    "variant_key",
]
