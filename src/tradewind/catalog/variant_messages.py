"""The messages of the operations that change a product's variants and options."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tradewind.catalog.change_messages import MAX_OPTIONS, NewVariants, OptionName, OptionWord, VariantFields, Version
from tradewind.catalog.model import MAX_VARIANTS
from tradewind.edge.messages import ProductId, RequestMessage, VariantId

Id = Annotated[int, Meta(ge=1, le=1_000_000)]


class VariantPath(RequestMessage, frozen=True):
    product_id: ProductId
    variant_id: VariantId


class AddVariants(RequestMessage, frozen=True):
    """Up to 28 at once; a product has at most 250 on sale."""

    variants: NewVariants
    version: Version | None = None


class UpdateVariant(VariantFields, frozen=True, kw_only=True, rename="camel"):
    """All details of the variant; its stock stays as it is."""

    version: Version | None = None


class OrderVariants(RequestMessage, frozen=True):
    """The ids of all variants on sale, in the order that pages show."""

    variant_ids: Annotated[list[VariantId], Meta(min_length=1, max_length=MAX_VARIANTS)]
    version: Version | None = None


class OptionValueFields(RequestMessage, frozen=True, kw_only=True):
    """A value; without `valueId` it is a new one."""

    value: OptionWord
    value_id: Id | None = None


class OptionFields(RequestMessage, frozen=True, kw_only=True):
    """An option with all its values in their order; without `optionId` it is a new one.

    `initial` is the value that the variants there are have of a new one: the first unless it is given.
    """

    name: OptionName
    values: Annotated[list[OptionValueFields], Meta(min_length=1, max_length=MAX_VARIANTS)]
    option_id: Id | None = None
    initial: OptionWord | None = None


class ReplaceOptions(RequestMessage, frozen=True):
    """All options of the product in their order: what names its id keeps its meaning, and may have other words.

    `version` is that of the product as you have seen it.
    """

    options: Annotated[list[OptionFields], Meta(max_length=MAX_OPTIONS)]
    version: Version
