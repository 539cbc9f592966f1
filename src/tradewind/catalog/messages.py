"""The messages of the operations that read the catalogue."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import Cursor, Limit, Price, ProductId, RequestMessage
from tradewind.kernel.text import Line

Category = Annotated[Line, Meta(min_length=1, max_length=64)]


class ProductPath(RequestMessage, frozen=True):
    product_id: ProductId


class ListProducts(RequestMessage, frozen=True):
    """Newest first; within a category, in the order of their ids. A price range needs a category."""

    category: Category | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


class ListCategory(RequestMessage, frozen=True):
    category: Category
    min_price: Price | None = None
    max_price: Price | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


class ProductSummary(Struct, frozen=True, rename="camel"):
    """A product as lists show it."""

    product_id: str
    name: str
    description: str
    price: Decimal
    currency: str
    category: str
    track_stock: bool
    is_active: bool
    image_url: str | None
    sku: str | None
    variant_of: str | None
    options: dict[str, str]
    tags: list[str]
    version: int
    created_at: datetime
    updated_at: datetime


class ProductView(ProductSummary, frozen=True, rename="camel"):
    """`stock` is how many can be bought now; null when the product never runs out."""

    stock: int | None
