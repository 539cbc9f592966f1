"""What other services may ask of payments."""

from __future__ import annotations

from tradewind.payments.charging import ToCharge, ToGiveBack, charge, refund

__all__ = ["ToCharge", "ToGiveBack", "charge", "refund"]
