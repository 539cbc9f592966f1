"""Settings of a shop that is tested or measured: its customers call from one address, and buy more than most."""

from __future__ import annotations

from typing import Final

WIDE_LIMITS: Final = {
    "OpenOrdersLimit": "1000",
    "HeldUnitsLimit": "5000",
    "PaymentAttemptsLimit": "1000",
    "AddressAttemptsLimit": "100000",
}
"""Wide, not off: what is counted belongs to what is tested and measured."""
