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


class CategoryRequired(Unprocessable):
    """A price range without a category would read the whole catalogue: name the category, too."""


class ProductUnavailable(Conflict):
    """The shop does not sell a product just now; of an order, `details` names each."""
