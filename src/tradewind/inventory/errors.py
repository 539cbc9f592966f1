"""What can be refused about stock."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound


class StockNotFound(NotFound):
    """There is no product with this id that tracks stock."""


class StockReserved(Conflict):
    """Orders hold more than was counted; `details` says how many."""


class NotEnoughStock(Conflict):
    """The adjustment would take away more than is available; `details` says what is left."""
