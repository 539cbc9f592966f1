"""The messages of the operations that change the catalogue."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tradewind.catalog.messages import Category
from tradewind.edge.messages import Price, ProductId, RequestMessage
from tradewind.kernel.money import Currency
from tradewind.kernel.text import END, Line, Paragraphs

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}\.)+(?![0-9]){_LABEL}"
_OWN_MACHINE = r"(?:localhost|127\.0\.0\.1|\[::1\])"
_URL_CHARACTER = r"[!#-;=?-\[\]_a-z~]"

Name = Annotated[Line, Meta(min_length=1, max_length=200)]
Description = Annotated[Paragraphs, Meta(max_length=10_000)]
ImageUrl = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=rf"^(?:https://{_HOST}|https?://{_OWN_MACHINE})(?::[0-9]{{1,5}})?(?:[/?#]{_URL_CHARACTER}*)?{END}",
        description="an address that begins with https:// and a host's name, such as https://img.example/mug.jpg",
        examples=["https://img.example/tide-mug.jpg"],
    ),
]
"""RFC 3986 without user names; a page that shows it must not run it, nor load it in the clear."""
Word = Annotated[Line, Meta(min_length=1, max_length=128)]
Options = Annotated[dict[Word, Word], Meta(max_length=10)]
Tags = Annotated[list[Word], Meta(max_length=50)]
OpeningStock = Annotated[int, Meta(ge=0, le=10_000_000, description="units on hand to begin with")]


class ProductFields(RequestMessage, frozen=True, kw_only=True):
    """What a new and an updated product have in common; without `currency` it is the shop's, or stays as it is."""

    name: Name
    price: Price
    category: Category
    currency: Currency | None = None
    description: Description = ""
    track_stock: bool = True
    is_active: bool = True
    image_url: ImageUrl | None = None
    sku: Word | None = None
    variant_of: Word | None = None
    options: Options = {}  # noqa: RUF012 - msgspec copies it
    tags: Tags = []  # noqa: RUF012 - likewise


class CreateProduct(ProductFields, frozen=True, kw_only=True, rename="camel"):
    """`productId` may be your own, a SKU for example; without it the shop makes one."""

    product_id: ProductId | None = None
    stock: OpeningStock = 0


class UpdateProduct(ProductFields, frozen=True, kw_only=True, rename="camel"):
    """All fields of the product; with `version` the update is refused when the product has another version by now."""

    version: int | None = None
