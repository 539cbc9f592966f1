"""What can be refused about a cart."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound


class NotInCart(NotFound):
    """The cart has no line for this product: add it first."""


class NotForSale(Conflict):
    """The product is known, but it is not sold just now."""


class CartLineFull(Conflict):
    """The cart would hold more of the product than one line may."""
