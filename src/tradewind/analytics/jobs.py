"""The scheduled jobs of analytics."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tradewind.analytics import reads, writes
from tradewind.analytics.model import (
    LOG_LIFETIME,
    NO_ROLL_UP,
    RollUp,
    compute_figures,
    compute_products,
    list_days,
)
from tradewind.aws.table import ConditionFailed, Table
from tradewind.edge.consumer import job
from tradewind.shop import Shop

ROLL_UP_DELAY = timedelta(hours=2)
"""A day is rolled up when it has been over for so long: by then, requests that began on it have written."""
_LOOK_BACK = timedelta(days=35)
"""How far back a day without a roll-up is looked for; one that a late entry came for is found further back."""


@job
def roll_up(shop: Shop) -> int:
    """Roll up the figures of past days.

    A day that is over is folded once, so that reports need not fold its log again; and again when a late entry comes.
    """
    now = shop.clock.now()
    last = (now - ROLL_UP_DELAY).date() - timedelta(days=1)
    return sum(
        _roll_up_period(shop.table, *part, look_back_to=(now - _LOOK_BACK).date())
        for part in reads.split_by_month(_first_whole_day(now), last)
    )


def _roll_up_period(table: Table, first: date, last: date, *, look_back_to: date) -> int:
    """Roll up the days of a period within one month; return how many were done."""
    known = reads.read_roll_ups(table, first, last, consistent=True)
    due = [day for day in list_days(first, last) if _is_due(known.get(day), day, look_back_to)]
    return sum(_roll_up_day(table, day, known.get(day, NO_ROLL_UP)) for day in due)


def _is_due(known: RollUp | None, day: date, look_back_to: date) -> bool:
    return day >= look_back_to if known is None else not known.is_current


def _roll_up_day(table: Table, day: date, before: RollUp) -> bool:
    """Roll up a day, and return whether it was done; an entry that comes meanwhile leaves it to the next run."""
    entries = reads.read_log(table, day, day, consistent=True).get(day, [])
    try:
        table.transact(writes.save_roll_up(day, compute_figures(entries), compute_products(entries), before))
    except ConditionFailed:
        return False
    return True


def _first_whole_day(now: datetime) -> date:
    """The first day of whose log nothing has expired yet."""
    return (now - LOG_LIFETIME).date() + timedelta(days=2)
