"""What other services may ask of payments."""

from __future__ import annotations

from tradewind.payments.charging import ToCharge, charge, refund

__all__ = ["ToCharge", "charge", "refund"]
