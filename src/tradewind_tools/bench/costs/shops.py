"""Shops of three sizes, and what a month of each costs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tradewind_tools.bench.costs import assumptions
from tradewind_tools.bench.costs.measuring import MeasuredScenario
from tradewind_tools.bench.costs.prices import Unit
from tradewind_tools.bench.costs.usage import Usage
from tradewind_tools.blueprint.alarms import ALARMS
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import QUEUES
from tradewind_tools.blueprint.metrics import CUSTOM_METRICS
from tradewind_tools.blueprint.model import Schedule
from tradewind_tools.blueprint.permissions import SecretGrant

DAYS: Final = 30
SECONDS: Final = DAYS * 86_400
MONTHS_KEPT: Final = 12
"""The table holds what a year of orders left in it."""

_UNIT_MINUTES: Final = {"minute": 1, "hour": 60, "day": 24 * 60}


@dataclass(frozen=True, slots=True)
class ShopSize:
    """A size: orders a month; around each of them, the scenarios as often as they say."""

    name: str
    orders: int

    @property
    def orders_a_second(self) -> Decimal:
        """On the average, day and night."""
        return Decimal(self.orders) / SECONDS


SHOPS: Final = (ShopSize("small", 300), ShopSize("medium", 10_000), ShopSize("large", 300_000))


def monthly_usage(shop: ShopSize, scenarios: Iterable[MeasuredScenario]) -> Usage:
    """What a month uses: the scenarios, what runs by the clock, and what is paid whether anybody comes or not."""
    used = Usage()
    for measured in scenarios:
        used += measured.usage(shop.orders_a_second).times(Decimal(measured.scenario.often) * shop.orders)
    traces = Usage({Unit.TRACE: _sample_traces(used[Unit.TRACE])})
    return used.without(Unit.TRACE, Unit.TABLE_GB_MONTH) + traces + _storage_usage(used) + base_usage()


def base_usage() -> Usage:
    """What a shop without a customer costs in a month."""
    secrets = {grant.purpose for function in FUNCTIONS for grant in function.grants if isinstance(grant, SecretGrant)}
    jobs = sum(runs_a_month(each.trigger.expression) for each in FUNCTIONS if isinstance(each.trigger, Schedule))
    return Usage(
        {
            Unit.SECRET_MONTH: len(secrets),
            Unit.QUEUE_REQUEST: len(QUEUES) * assumptions.IDLE_POLLS_A_MONTH,
            Unit.ALARM_MONTH: sum(len(alarm.metrics) for alarm in ALARMS),
            Unit.METRIC_MONTH: len(CUSTOM_METRICS),
            Unit.DASHBOARD_MONTH: 1,
            Unit.LAMBDA_REQUEST: jobs,
            Unit.LAMBDA_GB_SECOND: jobs * assumptions.JOB_GB_SECONDS,
            Unit.READ_UNIT: jobs * assumptions.JOB_READ_UNITS,
        }
    )


def runs_a_month(expression: str) -> int:
    """How often a schedule such as `rate(5 minutes)` fires in 30 days. Raises ValueError for another form."""
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if match is None:
        raise ValueError(f"{expression!r} is not a rate such as 'rate(5 minutes)'")
    return DAYS * 24 * 60 // (int(match[1]) * _UNIT_MINUTES[match[2]])


def _storage_usage(a_month: Usage) -> Usage:
    gigabytes = a_month[Unit.TABLE_GB_MONTH] * MONTHS_KEPT
    return Usage({Unit.TABLE_GB_MONTH: gigabytes, Unit.RECOVERY_GB_MONTH: gigabytes})


def _sample_traces(roots: Decimal) -> Decimal:
    """X-Ray takes the first of each second: a quiet shop's are all recorded, a busy one's one in twenty and those."""
    firsts = min(roots, Decimal(SECONDS * assumptions.TRACES_A_SECOND))
    return firsts + (roots - firsts) * assumptions.SAMPLED_TRACES
