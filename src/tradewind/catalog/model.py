"""A product, its variants and its events.

A product is what a page shows, a variant what is sold. Whatever selling one needs stands with its product: so carts and
orders read one item, and what is on sale, at which price, changes at once for all of them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.kernel.events import EventData
from tradewind.kernel.variant_ids import FIRST, number_of, variant_id

MAX_VARIANTS = 250
"""Variants of one product that are on sale: what a page shows."""

MAX_NUMBERS = 1_000
"""Variants that one product ever had: the stock of each that was sold is kept, and read with the page."""


class OptionValue(msgspec.Struct, frozen=True, rename="camel"):
    value_id: int
    value: str


class Option(msgspec.Struct, frozen=True, rename="camel"):
    """What variants differ in, such as a size, with its values in their order.

    Variants have values by their ids: another word or another order changes no variant, and no id is given twice. A
    variant that is older than the option has the value `initial`.
    """

    option_id: int
    name: str
    values: list[OptionValue]
    initial: int


class Variant(msgspec.Struct, frozen=True, array_like=True):
    """What is sold of a product: one value of each of its options, at a price.

    `number` is what its id ends in, `values` the ids of what it has of the options. `track_stock` is false for what
    never runs out: postage, a service, a fee.
    """

    number: int
    price_minor: int
    values: list[int] = []
    track_stock: bool = True


class VariantDetails(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a page shows of a variant besides, and an order does not need.

    `cost_minor` is what it costs the shop, for staff alone; `compare_at_minor` the price that its maker
    recommends. One that is `archived` is not sold any more, and kept as it was, since orders have taken units of it.
    """

    variant_id: str
    sku: str | None = None
    barcode: str | None = None
    image_url: str | None = None
    compare_at_minor: int | None = None
    cost_minor: int | None = None
    weight_grams: int | None = None
    archived: Variant | None = None


class DescribedVariant(msgspec.Struct, frozen=True):
    """A variant with its details; `units` are on hand where it is new."""

    variant: Variant
    details: VariantDetails
    units: int = 0

    @property
    def variant_id(self) -> str:
        return self.details.variant_id


class Product(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a page shows; each change of it, or of its variants, adds 1 to `version`.

    `variants` are those on sale, in their order, `archived` the numbers of those that are not any more. `next_number`
    is the number of the next variant, `next_id` the id of the next option or value; `lowest_minor` and `highest_minor`
    are what the variants on sale cost. An inactive product is in no list and cannot be ordered, but its page can still
    be read.
    """

    product_id: str
    name: str
    currency: str
    category: str
    created_at: datetime
    updated_at: datetime
    version: int
    variants: list[Variant]
    lowest_minor: int
    highest_minor: int
    next_number: int = FIRST + 1
    next_id: int = 1
    archived: list[int] = []
    description: str = ""
    is_active: bool = True
    image_url: str | None = None
    vendor: str | None = None
    options: list[Option] = []
    tags: list[str] = []

    @property
    def variant_ids(self) -> list[str]:
        """Of the variants on sale, in their order."""
        return [self.variant_id(variant) for variant in self.variants]

    @property
    def all_variant_ids(self) -> list[str]:
        """Also of those that are archived: each may have stock."""
        return [*self.variant_ids, *(variant_id(self.product_id, number) for number in self.archived)]

    def variant_id(self, variant: Variant) -> str:
        return variant_id(self.product_id, variant.number)

    def find_variant(self, wanted_id: str) -> Variant | None:
        """The variant with this id, if it is on sale."""
        number = number_of(wanted_id)
        return next((variant for variant in self.variants if variant.number == number), None)

    @property
    def is_simple(self) -> bool:
        """Whether it has no options, and no other variant, on sale or archived: then it is described as one thing."""
        return self.only_variant is not None and not self.options and not self.archived

    @property
    def only_variant(self) -> Variant | None:
        """The first variant, where it is all that is sold of the product: then the product's id means it."""
        return self.variants[0] if [variant.number for variant in self.variants] == [FIRST] else None

    def describe(self, variant: Variant) -> dict[str, str]:
        """The option values of a variant in words, by option, in their order."""
        return {option.name: _word_of(option, variant) for option in self.options}

    def describe_archived(self, variant: Variant) -> dict[str, str]:
        """The same of one that is archived, without the options of which its value may be gone meanwhile."""
        known = {value.value_id for option in self.options for value in option.values}
        has_all = known.issuperset(variant.values)
        return {
            option.name: _word_of(option, variant)
            for option in self.options
            if has_all or any(value.value_id in variant.values for value in option.values)
        }


class NextNumbers(msgspec.Struct, frozen=True, rename="camel"):
    """What a deleted product leaves behind: another one of its id goes on from here, so that no id means two things."""

    next_number: int = FIRST + 1
    next_id: int = 1


class ProductCreated(EventData, frozen=True):
    """`price_minor` is the lowest of its variants' prices."""

    product_id: str
    name: str
    category: str
    price_minor: int
    currency: str
    is_active: bool


class ProductUpdated(EventData, frozen=True):
    """The product, or what is sold of it, has changed; `price_minor` is the lowest of its variants' prices."""

    product_id: str
    name: str
    category: str
    price_minor: int
    currency: str
    is_active: bool


class ProductDeleted(EventData, frozen=True):
    product_id: str


def value_of(option: Option, variant: Variant) -> OptionValue:
    """What a variant has of an option."""
    known = {value.value_id: value for value in option.values}
    return next((known[each] for each in variant.values if each in known), known[option.initial])


def _word_of(option: Option, variant: Variant) -> str:
    return value_of(option, variant).value
