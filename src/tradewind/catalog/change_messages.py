"""The messages of the operations that change the catalogue."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tradewind.catalog.messages import Category
from tradewind.catalog.model import MAX_VARIANTS
from tradewind.edge.messages import Price, ProductId, RequestMessage
from tradewind.kernel.barcodes import is_gtin
from tradewind.kernel.errors import Detail, InvalidFields
from tradewind.kernel.money import Currency
from tradewind.kernel.text import END, Line, Paragraphs

MAX_OPTIONS = 5
MAX_NEW_VARIANTS = 28
"""Each brings its details, its stock and a movement, and all of them are in the record of the act: one transaction."""

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
Tags = Annotated[list[Word], Meta(max_length=50)]
OpeningStock = Annotated[int, Meta(ge=0, le=10_000_000, description="units on hand to begin with")]


OptionName = Annotated[Line, Meta(min_length=1, max_length=255, examples=["Size"])]
OptionWord = Annotated[Line, Meta(min_length=1, max_length=255, examples=["M"])]
OptionWords = Annotated[
    dict[OptionName, OptionWord],
    Meta(max_length=MAX_OPTIONS, description="the value of each of the product's options, by the option's name"),
]
Barcode = Annotated[
    str,
    Meta(
        max_length=14,
        pattern=rf"^(?:[0-9]{{8}}|[0-9]{{12,14}}){END}",
        description="a GTIN: 8, 12, 13 or 14 digits, of which the last one checks the others",
        examples=["4006381333931"],
    ),
]
WeightGrams = Annotated[int, Meta(ge=0, le=100_000_000)]
Version = Annotated[int, Meta(ge=1, description="the change is refused when the product has another version by now")]


class _SoldFields(RequestMessage, frozen=True, kw_only=True):
    """The details of a variant besides its price; `cost` and `compareAtPrice` are for staff."""

    track_stock: bool = True
    sku: Word | None = None
    barcode: Barcode | None = None
    compare_at_price: Price | None = None
    cost: Price | None = None
    weight_grams: WeightGrams | None = None

    def __post_init__(self) -> None:
        if self.barcode and not is_gtin(self.barcode):
            raise InvalidFields(Detail("barcode", "must end in its check digit (GS1): a digit is wrong"))

    @property
    def is_plain(self) -> bool:
        """Whether none of them is given."""
        return all(getattr(self, name) == default for name, default in _PLAIN.items())


SOLD_FIELDS = _SoldFields.__struct_fields__
_PLAIN = dict(zip(SOLD_FIELDS, _SoldFields.__struct_defaults__, strict=True))


class ProductFields(_SoldFields, frozen=True, kw_only=True):
    """What a new and an updated product have in common; without `currency` it is the shop's, or stays as it is.

    `price`, and the other details of a variant, are those of a product that is sold in one variant, without options.
    """

    name: Name
    category: Category
    price: Price | None = None
    currency: Currency | None = None
    description: Description = ""
    is_active: bool = True
    image_url: ImageUrl | None = None
    vendor: Word | None = None
    tags: Tags = []  # noqa: RUF012 - msgspec copies it


class NewOption(RequestMessage, frozen=True, kw_only=True):
    """What variants differ in, with its values in their order."""

    name: OptionName
    values: Annotated[list[OptionWord], Meta(min_length=1, max_length=MAX_VARIANTS)]


class VariantFields(_SoldFields, frozen=True, kw_only=True):
    """What is sold: `options` has one value of each option of the product."""

    price: Price
    options: OptionWords = {}  # noqa: RUF012 - msgspec copies it
    image_url: ImageUrl | None = None


class NewVariant(VariantFields, frozen=True, kw_only=True, rename="camel"):
    stock: OpeningStock = 0


NewVariants = Annotated[list[NewVariant], Meta(min_length=1, max_length=MAX_NEW_VARIANTS)]


class CreateProduct(ProductFields, frozen=True, kw_only=True, rename="camel"):
    """`productId` may be your own, a SKU for example; without it the shop makes one.

    Either `price` and `stock` say what is sold, or `options` and `variants`: up to 28 of them, more are added later.
    """

    product_id: ProductId | None = None
    stock: OpeningStock = 0
    options: Annotated[list[NewOption], Meta(max_length=MAX_OPTIONS)] = []  # noqa: RUF012 - msgspec copies it
    variants: NewVariants | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.price is None and self.variants is None:
            raise InvalidFields(Detail("price", "is required"))
        if self.price is not None and self.variants is not None:
            raise InvalidFields(Detail("price", "belongs to each of the variants"))
        if self.variants is None and self.options:
            raise InvalidFields(Detail("options", "need variants that have their values"))
        if self.variants is not None and not (self.is_plain and self.stock == 0):
            raise InvalidFields(Detail("variants", "say themselves what stands beside them: trackStock, stock, sku, …"))


class UpdateProduct(ProductFields, frozen=True, kw_only=True, rename="camel"):
    """All fields of the product; its variants, options and stock stay as they are.

    `price` is required, and the other details of a variant may stand there, where the product is sold in one
    variant without options. With `version` the update is refused when the product has another version by now.
    """

    version: int | None = None
