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


class OptionValueView(Struct, frozen=True, rename="camel"):
    value_id: int
    value: str


class OptionView(Struct, frozen=True, rename="camel"):
    """What variants differ in, with its values in their order; the ids stay when words change."""

    option_id: int
    name: str
    values: list[OptionValueView]


class PriceRange(Struct, frozen=True):
    """What the variants on sale cost, from the lowest to the highest."""

    min: Decimal
    max: Decimal


class ProductSummary(Struct, frozen=True, rename="camel"):
    """A product as lists show it; `price` is the lowest of its variants'."""

    product_id: str
    name: str
    description: str
    price: Decimal
    price_range: PriceRange
    currency: str
    category: str
    is_active: bool
    image_url: str | None
    vendor: str | None
    options: list[OptionView]
    variant_count: int
    tags: list[str]
    version: int
    created_at: datetime
    updated_at: datetime


class VariantView(Struct, frozen=True, rename="camel"):
    """What is sold: `options` by their names; `stock` is how many can be bought now, null of what never runs out."""

    variant_id: str
    options: dict[str, str]
    price: Decimal
    sku: str | None
    barcode: str | None
    image_url: str | None
    weight_grams: int | None
    track_stock: bool
    stock: int | None


class ProductView(ProductSummary, frozen=True, rename="camel"):
    """All that is sold of a product, in its order.

    `stock` is how many can be bought now of all variants; null when one of them never runs out.
    """

    stock: int | None
    variants: list[VariantView]


class StaffVariantView(VariantView, frozen=True, rename="camel"):
    """A variant with what only staff see."""

    compare_at_price: Decimal | None
    cost: Decimal | None
    is_archived: bool


class VariantList(Struct, frozen=True):
    """The variants on sale in their order, then those that are archived."""

    items: list[StaffVariantView]
