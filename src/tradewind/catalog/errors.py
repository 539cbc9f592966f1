"""What can be refused about a product."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound


class ProductNotFound(NotFound):
    """There is no product with this id."""


class ProductExists(Conflict):
    """A product with this id is already there."""


class ProductInUse(Conflict):
    """Orders hold or have taken pieces of the product: deactivate it instead."""


class ProductChanged(Conflict):
    """Somebody else changed the product meanwhile: read it again."""
