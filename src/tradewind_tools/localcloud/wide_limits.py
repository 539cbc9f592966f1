"""Settings of a shop that is tested or measured: its customers call from one address, buy more than most, and stay."""

from __future__ import annotations

from typing import Final

WIDE_LIMITS: Final = {
    "OpenOrdersLimit": "1000",
    "HeldUnitsLimit": "5000",
    "PaymentAttemptsLimit": "1000",
    "AddressAttemptsLimit": "100000",
    "SignInAttemptsLimit": "100000",
    "AccessTokenSeconds": "86400",
}
"""Wide, not off: what is counted belongs to what is tested and measured."""
