"""What other services may ask of payments."""

from __future__ import annotations

from tradewind.payments.charging import ToCharge, ToGiveBack, charge, refund
from tradewind.payments.model import ANSWER_WITHIN, Balance, balance
from tradewind.payments.store import awaiting, is_money_late, ledger_in

__all__ = [
    "ANSWER_WITHIN",
    "Balance",
    "ToCharge",
    "ToGiveBack",
    "awaiting",
    "balance",
    "charge",
    "is_money_late",
    "ledger_in",
    "refund",
]
