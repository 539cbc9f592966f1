"""The writes by which other services change the state of orders."""

from __future__ import annotations

from tradewind.ordering.transitions import cancel, confirm, record_external_refund, refund_rest, settle
from tradewind.ordering.writes import check_pending, mark_failed, mark_issued, postpone_refund, undo_refund

__all__ = [
    "cancel",
    "check_pending",
    "confirm",
    "mark_failed",
    "mark_issued",
    "postpone_refund",
    "record_external_refund",
    "refund_rest",
    "settle",
    "undo_refund",
]
