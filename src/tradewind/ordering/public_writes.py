"""The writes by which other services change the state of orders."""

from __future__ import annotations

from tradewind.ordering.transitions import cancel, confirm, record_external_refund, refund_rest, settle
from tradewind.ordering.writes import give_back_attempt, mark_failed, mark_issued, postpone_refund, undo_refund

__all__ = [
    "cancel",
    "confirm",
    "give_back_attempt",
    "mark_failed",
    "mark_issued",
    "postpone_refund",
    "record_external_refund",
    "refund_rest",
    "settle",
    "undo_refund",
]
