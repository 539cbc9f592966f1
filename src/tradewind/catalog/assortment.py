"""What a product sells: its variants and options added, changed, put in order and taken away.

Each function gives the product as it is then, by rules that look at the product alone: its version guards them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from tradewind.catalog.errors import (
    InvalidOptions,
    LastVariant,
    OptionInUse,
    TooManyVariants,
    VariantExists,
    VariantNotFound,
)
from tradewind.catalog.model import MAX_NUMBERS, MAX_VARIANTS, Product, Variant
from tradewind.catalog.options import ChangedOptions, combination, find_lost_values
from tradewind.kernel.errors import Detail
from tradewind.kernel.variant_ids import variant_id

_NAMED = 10


def begin(product: Product, variants: Sequence[Variant]) -> Product:
    """A new product with its first variants. Raises TooManyVariants or VariantExists."""
    _check_numbers(product.next_number)
    return _with(product, variants)


def add_variants(product: Product, variants: Sequence[Variant]) -> Product:
    """With further variants at the end, whose numbers follow. Raises TooManyVariants or VariantExists."""
    next_number = product.next_number + len(variants)
    _check_numbers(next_number)
    return _with(msgspec.structs.replace(product, next_number=next_number), [*product.variants, *variants])


def replace_variant(product: Product, changed: Variant) -> Product:
    """With a variant as it is described now, at its place. Raises VariantExists."""
    return _with(product, [changed if each.number == changed.number else each for each in product.variants])


def archive_variant(product: Product, variant: Variant) -> Product:
    """Without a variant, which is kept aside. Raises LastVariant."""
    remaining = remove_variant(product, variant)
    return msgspec.structs.replace(remaining, archived=[*product.archived, variant.number])


def remove_variant(product: Product, variant: Variant) -> Product:
    """Without a variant, of which nothing is kept. Raises LastVariant."""
    if len(product.variants) == 1:
        raise LastVariant("It is the last one on sale. Set isActive to false instead, or delete the product.")
    return _with(product, [each for each in product.variants if each.number != variant.number])


def forget_archived(product: Product, wanted_id: str) -> Product:
    """Without an archived variant, of which nothing is kept."""
    archived = [number for number in product.archived if variant_id(product.product_id, number) != wanted_id]
    return msgspec.structs.replace(product, archived=archived)


def bring_back(product: Product, variant: Variant) -> Product:
    """With an archived variant on sale again, at the end. Raises TooManyVariants or VariantExists."""
    archived = [number for number in product.archived if number != variant.number]
    return _with(msgspec.structs.replace(product, archived=archived), [*product.variants, variant])


def order_variants(product: Product, wanted_ids: Sequence[str]) -> Product:
    """With its variants in another order. Raises InvalidOptions when they are not exactly those on sale."""
    known = {product.variant_id(variant): variant for variant in product.variants}
    if sorted(wanted_ids) != sorted(known):
        missing = [each for each in known if each not in wanted_ids]
        details = tuple(Detail("variantIds", f"must have {each}") for each in missing[:_NAMED])
        message = "Name each variant on sale once, and nothing else."
        raise InvalidOptions(message, details or (Detail("variantIds", message),))
    return msgspec.structs.replace(product, variants=[known[each] for each in wanted_ids])


def replace_options(product: Product, changed: ChangedOptions) -> Product:
    """With other options. Raises OptionInUse when variants on sale have what is gone, or are one without it."""
    lost = find_lost_values(product.options, changed.options, product.variants)
    if lost:
        raise OptionInUse(f"Variants on sale have {', '.join(lost[:_NAMED])}: change or remove them first.")
    replaced = msgspec.structs.replace(product, options=changed.options, next_id=changed.next_id)
    try:
        return _with(replaced, product.variants)
    except VariantExists as error:
        raise OptionInUse("Without it variants on sale could not be told apart.", error.details) from error


def next_version(product: Product, now: datetime, **fields: object) -> Product:
    """The product with other fields, as its next version."""
    return msgspec.structs.replace(product, **fields, updated_at=now, version=product.version + 1)


def require_on_sale(product: Product, wanted_id: str) -> Variant:
    """Raises VariantNotFound."""
    found = product.find_variant(wanted_id) if wanted_id in product.variant_ids else None
    if found is None:
        raise VariantNotFound(f"The product {product.product_id!r} has no variant {wanted_id!r}.")
    return found


def is_archived(product: Product, wanted_id: str) -> bool:
    return wanted_id in {variant_id(product.product_id, number) for number in product.archived}


def _with(product: Product, variants: Sequence[Variant]) -> Product:
    """The product with these variants on sale, and the range of their prices."""
    if len(variants) > MAX_VARIANTS:
        raise TooManyVariants(f"A product has at most {MAX_VARIANTS} variants on sale.")
    _check_combinations(product, variants)
    prices = [variant.price_minor for variant in variants]
    return msgspec.structs.replace(
        product, variants=list(variants), lowest_minor=min(prices), highest_minor=max(prices)
    )


def _check_numbers(next_number: int) -> None:
    if next_number > MAX_NUMBERS:
        raise TooManyVariants(f"A product has at most {MAX_NUMBERS:,} variants in all its time. Make another product.")


def _check_combinations(product: Product, variants: Collection[Variant]) -> None:
    seen: dict[tuple[int, ...], Variant] = {}
    for variant in variants:
        chosen = combination(product.options, variant)
        if chosen in seen:
            words = ", ".join(product.describe(variant).values()) or "no options"
            first = product.variant_id(seen[chosen])
            raise VariantExists(f"{first!r} has {words} already.", (Detail(first, words),))
        seen[chosen] = variant
