"""What other services may use of payments."""

from __future__ import annotations

from tradewind.payments.charges import ChargeRequest, charge_order
from tradewind.payments.deadlines import answer_within
from tradewind.payments.model import Balance, DisputeOpened, RefundFailed, balance
from tradewind.payments.reads import find_awaiting, has_late_money, ledger_from, list_disputes
from tradewind.payments.refunds import refund_in_full

__all__ = [
    "Balance",
    "ChargeRequest",
    "DisputeOpened",
    "RefundFailed",
    "answer_within",
    "balance",
    "charge_order",
    "find_awaiting",
    "has_late_money",
    "ledger_from",
    "list_disputes",
    "refund_in_full",
]
