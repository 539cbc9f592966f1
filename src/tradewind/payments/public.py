"""What other services may ask of payments."""

from __future__ import annotations

from tradewind.payments.charging import ToCharge, ToGiveBack, charge, refund
from tradewind.payments.model import ANSWER_WITHIN
from tradewind.payments.store import awaiting

__all__ = ["ANSWER_WITHIN", "ToCharge", "ToGiveBack", "awaiting", "charge", "refund"]
