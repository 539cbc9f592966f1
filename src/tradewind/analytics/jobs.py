"""What analytics does on a schedule."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tradewind.analytics import reading, store
from tradewind.analytics.model import days, figures_of, products_of
from tradewind.analytics.store import NOT_ROLLED_UP, RolledUp
from tradewind.aws.table import ConditionFailed, Table
from tradewind.edge.consumer import job
from tradewind.shop import Shop

SETTLING = timedelta(hours=2)
"""A day is rolled up when it has been over for so long: by then whoever took it for today has written."""
_ROLLED_UP_UNASKED = timedelta(days=35)
"""How many days back a day without figures is looked for; one that an entry came late for is found further back."""


@job
def roll_up(shop: Shop) -> int:
    """Keep the figures of each day that is over, so that nobody has to fold its log again."""
    now = shop.clock.now()
    last = (now - SETTLING).date() - timedelta(days=1)
    return sum(
        _roll_up_part(shop.table, *part, unasked_from=(now - _ROLLED_UP_UNASKED).date())
        for part in reading.parts(_first_whole_day(now), last)
    )


def _roll_up_part(table: Table, first: date, last: date, *, unasked_from: date) -> int:
    known = store.roll_ups(table, first, last, consistent=True)
    wanted = [day for day in days(first, last) if _is_wanted(known.get(day), day, unasked_from)]
    return sum(_rolled_up(table, day, known.get(day, NOT_ROLLED_UP)) for day in wanted)


def _is_wanted(known: RolledUp | None, day: date, unasked_from: date) -> bool:
    return day >= unasked_from if known is None else not known.is_current


def _rolled_up(table: Table, day: date, before: RolledUp) -> bool:
    """Whether it was done; an entry that comes meanwhile leaves it to the next run."""
    entries = store.log(table, day, day, consistent=True).get(day, [])
    try:
        table.transact(store.rolled_up(day, figures_of(entries), products_of(entries), before))
    except ConditionFailed:
        return False
    return True


def _first_whole_day(now: datetime) -> date:
    """The first day of whose log nothing has expired yet."""
    return (now - store.KEPT).date() + timedelta(days=2)
