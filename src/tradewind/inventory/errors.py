"""The refusals of the inventory."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound, Unprocessable


class StockNotFound(NotFound):
    """There is no variant with this id that tracks stock."""


class StockReserved(Conflict):
    """Orders hold more units than were counted; `details` says how many."""


class NotEnoughStock(Conflict):
    """The adjustment would take away more than is available; `details` says what is left."""


class TooManyProducts(Unprocessable):
    """More variants go back on sale than fit one transaction: refund some of the lines at a time."""
