"""The refusals of the catalogue."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound, Unprocessable


class ProductNotFound(NotFound):
    """There is no product with this id."""


class ProductExists(Conflict):
    """There is a product with this id already."""


class ProductInUse(Conflict):
    """Orders hold or have taken units of the product: set `isActive` to false instead."""


class ProductChanged(Conflict):
    """Somebody else changed the product meanwhile: read it again and repeat."""


class InvalidOptions(Unprocessable):
    """The options, or what a variant has of them, do not fit the product; `details` names each field."""


class VariantFieldsMisplaced(Unprocessable):
    """The product has several variants, or a field describes them: change each where it stands."""


class VariantNotFound(NotFound):
    """The product has no variant with this id."""


class VariantExists(Conflict):
    """The product sells a variant with these option values already; `details` names it."""


class TooManyVariants(Conflict):
    """The product has, or would have, more variants than this is done for."""


class LastVariant(Conflict):
    """A product sells one variant at least: set `isActive` to false, or delete the product."""


class OptionInUse(Conflict):
    """Variants on sale have the value, or could not be told apart any more without the option."""


class CategoryRequired(Unprocessable):
    """A price range without a category would read the whole catalogue: name the category, too."""


class ProductUnavailable(Conflict):
    """The shop does not sell a product just now; of an order, `details` names each."""
