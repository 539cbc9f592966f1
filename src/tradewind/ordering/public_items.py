"""What goes through all that is known of a person needs of ordering."""

from __future__ import annotations

from tradewind.ordering.model import Order
from tradewind.ordering.reads import ITEMS, order_from
from tradewind.ordering.retention import keep_until, list_unfinished_orders

__all__ = ["ITEMS", "Order", "keep_until", "list_unfinished_orders", "order_from"]
