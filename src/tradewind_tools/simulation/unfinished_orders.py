"""Orders that keep an account open: not decided and sent, or with stock or money on its way back."""

from __future__ import annotations

from tradewind.ordering.model import OrderStatus, RefundState
from tradewind_tools.memory.table import MemoryTable
from tradewind_tools.simulation.audit_copies import leave_out_copies

_IN_HAND = {OrderStatus.PENDING.value, OrderStatus.PROCESSING.value}


def list_unfinished(table: MemoryTable, customer_id: str) -> set[str]:
    """The ids of a customer's orders that are not finished at this moment."""
    orders = [order for order in table.all_items("ORDER#") if order["PK"] == f"USER#{customer_id}"]
    in_hand = {order["orderId"] for order in orders if order["status"] in _IN_HAND}
    refunds = leave_out_copies(table.all_items("REFUND#")) if orders else []
    awaited = {refund["orderId"] for refund in refunds if refund["state"] == RefundState.REQUESTED.value}
    return in_hand | (awaited & {order["orderId"] for order in orders})
