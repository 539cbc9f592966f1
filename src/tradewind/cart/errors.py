"""The refusals of the cart."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound


class CartLineNotFound(NotFound):
    """The cart has no line for this variant: add it first."""


class CartFull(Conflict):
    """The cart has as many lines as it may have: order them, or remove one."""


class CartLineFull(Conflict):
    """The cart would hold more of the variant than one line may."""
