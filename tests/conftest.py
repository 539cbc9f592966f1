from __future__ import annotations

from hypothesis import HealthCheck, settings

# Costs are counted, not timed: how busy the machine is says nothing about the shop.
settings.register_profile("tradewind", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tradewind")
