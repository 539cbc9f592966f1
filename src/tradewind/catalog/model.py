"""A product and its events."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.kernel.events import EventData


class Product(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One article with one price. Variants of an article are products that share `variant_of` and differ in `options`.

    `track_stock` is false for what never runs out: postage, a service, a fee.
    An inactive product is in no list and cannot be ordered, but its page can still be read.
    """

    product_id: str
    name: str
    price_minor: int
    currency: str
    category: str
    created_at: datetime
    updated_at: datetime
    version: int
    description: str = ""
    track_stock: bool = True
    is_active: bool = True
    image_url: str | None = None
    sku: str | None = None
    variant_of: str | None = None
    options: dict[str, str] = {}
    tags: list[str] = []


class ProductCreated(EventData, frozen=True):
    product_id: str
    name: str
    category: str
    price_minor: int
    currency: str
    is_active: bool


class ProductUpdated(EventData, frozen=True):
    product_id: str
    name: str
    category: str
    price_minor: int
    currency: str
    is_active: bool


class ProductDeleted(EventData, frozen=True):
    product_id: str
