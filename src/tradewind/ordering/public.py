"""What other services may use of ordering: reading orders, and the writes that change their state."""

from __future__ import annotations

from tradewind.ordering.errors import OrderChanged, OrderMissing
from tradewind.ordering.model import (
    HOLD,
    Address,
    CancelReason,
    Order,
    OrderLine,
    OrderStatus,
    OrderWithLines,
    PaymentStatus,
    UnsettledOrder,
    count_tracked_units,
)
from tradewind.ordering.reads import (
    find_placed_event,
    has_ordered_since,
    is_unsettled,
    lines_from,
    page_pending_orders,
    page_unsettled_orders,
    read_order,
    read_order_as_placed,
    read_order_partition,
    read_order_with_lines,
    require_order,
)
from tradewind.ordering.transitions import cancel, confirm
from tradewind.ordering.writes import check_pending, clear_unsettled, mark_refunded, record_refund

__all__ = [
    "HOLD",
    "Address",
    "CancelReason",
    "Order",
    "OrderChanged",
    "OrderLine",
    "OrderMissing",
    "OrderStatus",
    "OrderWithLines",
    "PaymentStatus",
    "UnsettledOrder",
    "cancel",
    "check_pending",
    "clear_unsettled",
    "confirm",
    "count_tracked_units",
    "find_placed_event",
    "has_ordered_since",
    "is_unsettled",
    "lines_from",
    "mark_refunded",
    "page_pending_orders",
    "page_unsettled_orders",
    "read_order",
    "read_order_as_placed",
    "read_order_partition",
    "read_order_with_lines",
    "record_refund",
    "require_order",
]
