"""What goes wrong in the checkout: faults of ours, retried and then alarmed."""

from __future__ import annotations


class StockMismatch(Exception):
    """Stock that a reservation took is not there to release: the stock does not add up, and an operator must look."""
