"""What other services may ask of the outbox: the bus, to tell again what was told before."""

from __future__ import annotations

from tradewind.aws.bus import Bus, entry, event_bridge, groups

__all__ = ["Bus", "entry", "event_bridge", "groups"]
