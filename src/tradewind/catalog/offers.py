"""What is sold: a variant with its product, as carts and orders look at it."""

from __future__ import annotations

from typing import NamedTuple

from tradewind.catalog.model import Product, Variant
from tradewind.edge.errors import VariantRequired
from tradewind.kernel.errors import Detail

_NAMED = 100


class Offer(NamedTuple):
    """A variant on sale, and the product whose page shows it."""

    product: Product
    variant: Variant

    @property
    def variant_id(self) -> str:
        return self.product.variant_id(self.variant)

    @property
    def options(self) -> dict[str, str]:
        """Its option values in words, by option."""
        return self.product.describe(self.variant)

    @property
    def full_name(self) -> str:
        """The product's name with the option values: `Deck shirt (Small, Navy)`."""
        words = ", ".join(self.options.values())
        return f"{self.product.name} ({words})" if words else self.product.name

    @property
    def unit_price_minor(self) -> int:
        """What a unit costs now, in the product's currency: the one place where a price is made."""
        return self.variant.price_minor


def find_offer(product: Product | None, wanted_id: str) -> Offer | None:
    """The variant with this id, as far as its product sells it; None where it does not."""
    return find_variant(product, wanted_id) if product and product.is_active else None


def find_variant(product: Product, wanted_id: str) -> Offer | None:
    """The same, whether or not the product is active."""
    variant = product.find_variant(wanted_id)
    return Offer(product, variant) if variant else None


def require_variant(product: Product) -> None:
    """Raises VariantRequired where a product's own id does not say which of its variants is meant."""
    if product.is_active and product.only_variant is None:
        details = tuple(
            Detail(product.variant_id(variant), ", ".join(product.describe(variant).values()))
            for variant in product.variants[:_NAMED]
        )
        raise VariantRequired(f"{product.name!r} is sold in variants: name one by its variantId.", details)
