"""What other services may ask of the catalogue."""

from __future__ import annotations

from tradewind.catalog.errors import ProductNotFound
from tradewind.catalog.model import Product
from tradewind.catalog.store import from_item as product_from
from tradewind.catalog.store import key as product_key
from tradewind.catalog.store import product_ids

__all__ = ["Product", "ProductNotFound", "product_from", "product_ids", "product_key"]
