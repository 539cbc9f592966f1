"""The contents of import files: products for the shop, and rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

import msgspec

from tradewind.catalog.options import normalize
from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.money import to_minor
from tradewind_tools.data.messages import (
    NewOption,
    NewProduct,
    NewVariant,
    ProductFields,
    SoldFields,
    VariantFields,
)
from tradewind_tools.data.remarks import FilePosition, Remark, UnreadColumn, UnusableValueError, remark

NAME_LENGTH = 200
CATEGORY_LENGTH = 64
DESCRIPTION_LENGTH = 10_000
WORD_LENGTH = 128
OPTION_LENGTH = 255
URL_LENGTH = 2_000
MAX_TAGS = 50
"""What the shop accepts of a product; longer texts are shortened."""


Words = tuple[str, ...]
"""The values of a variant, in the order of the product's options."""


@dataclass(frozen=True, slots=True)
class DraftVariant:
    """A variant read from a file. `stock` is the number on hand, None when it tracks none."""

    position: FilePosition
    fields: SoldFields
    stock: int | None
    values: Words = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A product read from a file: what is sold of it, and what the file says nothing usable of.

    `options` are names; without any, the product is sold in one variant. `unusable` are the values of variants that the
    file has, and that were refused.
    """

    position: FilePosition
    product_id: str
    fields: ProductFields
    variants: tuple[DraftVariant, ...]
    options: tuple[str, ...] = ()
    unusable: tuple[Words, ...] = ()

    @property
    def is_on_sale(self) -> bool:
        """Whether somebody can buy it, by what the file says."""
        return self.fields.is_active and any(variant.stock != 0 for variant in self.variants)

    def list_values(self, position: int) -> tuple[str, ...]:
        """The values of an option, each once, in the order in which they appear."""
        return tuple(dict.fromkeys(variant.values[position] for variant in self.variants))

    def describe(self, variant: DraftVariant) -> VariantFields:
        options = dict(zip(self.options, variant.values, strict=True))
        return VariantFields(**msgspec.structs.asdict(variant.fields), options=options)

    def describe_new(self, variants: Iterable[DraftVariant]) -> tuple[NewVariant, ...]:
        return tuple(
            NewVariant(**msgspec.structs.asdict(self.describe(variant)), stock=variant.stock) for variant in variants
        )

    def as_new(self, variants: Iterable[DraftVariant]) -> NewProduct:
        """The product with all its options, and some of its variants."""
        options = tuple(
            NewOption(name=name, values=self.list_values(position)) for position, name in enumerate(self.options)
        )
        return NewProduct(
            **msgspec.structs.asdict(self.fields),
            product_id=self.product_id,
            options=options,
            variants=self.describe_new(variants),
        )


@dataclass(slots=True)
class Catalogue:
    """The products of one or more files, in the order they stand there; each product once."""

    drafts: list[Draft] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    unread: list[UnreadColumn] = field(default_factory=list)
    rows_read: int = 0

    @property
    def variants(self) -> int:
        """How many variants its products have."""
        return sum(len(draft.variants) for draft in self.drafts)

    @property
    def on_sale(self) -> int:
        """How many products somebody can buy."""
        return sum(draft.is_on_sale for draft in self.drafts)

    def refuse(self, position: FilePosition, reason: str, detail: str = "") -> None:
        self.refused.append(remark(position, reason, detail))

    def note(self, position: FilePosition, reason: str, detail: str = "") -> None:
        self.notes.append(remark(position, reason, detail))


@dataclass(frozen=True, slots=True)
class Noter:
    """Notes about one place in a file, and what stands there."""

    catalogue: Catalogue
    position: FilePosition
    about: str

    def __call__(self, reason: str, detail: str) -> None:
        self.catalogue.note(self.position, reason, f"{self.about}: {detail}" if detail else self.about)


@lru_cache(maxsize=65_536)
def spell(values: Words) -> Words:
    """Return what two spellings of the same values have in common."""
    return tuple(map(normalize, values))


def check_price(amount: Decimal, currency: str) -> Decimal:
    """Return the price if the currency can express it. Raises UnusableValueError."""
    if amount < 0:
        raise UnusableValueError("negative price", str(amount))
    try:
        to_minor(amount, currency)
    except InvalidAmount as error:
        raise UnusableValueError(f"price that {currency} cannot express", str(amount)) from error
    return amount


def same_fields(ours: msgspec.Struct, theirs: msgspec.Struct) -> bool:
    """Whether the shop has the same in all fields of ours; an absent field and an empty one are the same."""
    return all(
        _without_empty(getattr(ours, name)) == _without_empty(getattr(theirs, name)) for name in ours.__struct_fields__
    )


def _without_empty(value: object) -> object:
    return None if value in ("", ()) else value
