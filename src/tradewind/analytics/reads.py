"""Reads of the log and its figures, and the keys of their items; both by month, so that a period is a few queries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from tradewind.analytics.model import (
    AnyEntry,
    Figures,
    ProductTakings,
    RollUp,
    add_up,
    compute_figures,
    compute_products,
    list_days,
)
from tradewind.aws.table import ItemKind, Key, Query, Table, query_all

ITEMS = (
    ItemKind("Log entry", "EVENTLOG#<yyyy-mm>#<shard>", "<dd>#<kind>#<id>", note="what is counted; TTL 400 days"),
    ItemKind("Figures of a day", "FIGURES#<yyyy-mm>", "DAY#<dd>", note="made from the log when the day is over"),
    ItemKind("Products of a day", "TOPPRODUCTS#<yyyy-mm>", "DAY#<dd>#<page>", note="pages of 1,000"),
)

SHARDS = 8
"""A partition takes 1,000 writes a second; a sale and its cancellation stand in the same one."""


class Month(NamedTuple):
    """Part of a month: each of its days is in one of the two, unless nothing happened on it."""

    roll_ups: dict[date, RollUp]
    log: dict[date, list[AnyEntry]]


def log_partition(day: date, shard: int) -> str:
    return f"EVENTLOG#{day:%Y-%m}#{shard}"


def figures_key(day: date) -> Key:
    return Key(f"FIGURES#{day:%Y-%m}", f"DAY#{day:%d}")


def products_key(day: date, page: int) -> Key:
    return Key(f"TOPPRODUCTS#{day:%Y-%m}", f"DAY#{day:%d}#{page:02d}")


def read_figures(table: Table, first: date, last: date) -> dict[date, Figures]:
    """Read the figures of a period, both ends included: roll-ups where there are current ones, else from the log.

    A day on which nothing happened may be missing.
    """
    found: dict[date, Figures] = {}
    for month in _read_months(table, first, last):
        found |= {day: roll_up.figures for day, roll_up in month.roll_ups.items()}
        found |= {day: compute_figures(entries) for day, entries in month.log.items()}
    return found


def read_products(table: Table, first: date, last: date) -> list[ProductTakings]:
    """Read what was sold in a period: one row for each product and currency."""
    rows: list[ProductTakings] = []
    for month in _read_months(table, first, last):
        rows += read_rolled_up_products(table, month.roll_ups)
        rows += [row for entries in month.log.values() for row in compute_products(entries)]
    return add_up(rows)


def split_by_month(first: date, last: date) -> list[tuple[date, date]]:
    """Split a period, of one day at least, where months begin."""
    starts = [first, *(day for day in list_days(first, last)[1:] if day.day == 1)]
    ends = [*(start - timedelta(days=1) for start in starts[1:]), last]
    return list(zip(starts, ends, strict=True))


def read_roll_ups(table: Table, first: date, last: date, *, consistent: bool = False) -> dict[date, RollUp]:
    """Read the roll-ups of a period within one month."""
    span = f"DAY#{first:%d}", f"DAY#{last:%d}"
    found = query_all(table, Query(f"FIGURES#{first:%Y-%m}", between=span, consistent=consistent))
    return {first.replace(day=int(item["SK"][4:6])): msgspec.convert(item, RollUp) for item in found}


def read_rolled_up_products(table: Table, roll_ups: dict[date, RollUp]) -> list[ProductTakings]:
    """Read the products of roll-ups of one month; pages that an earlier roll-up left behind are ignored."""
    if not roll_ups:
        return []
    first, last = min(roll_ups), max(roll_ups)
    span = f"DAY#{first:%d}#", f"DAY#{last:%d}$"
    items = query_all(table, Query(f"TOPPRODUCTS#{first:%Y-%m}", between=span))
    wanted = {products_key(day, number).sk for day, each in roll_ups.items() for number in range(each.product_pages)}
    pages = [msgspec.convert(item["products"], list[ProductTakings]) for item in items if item["SK"] in wanted]
    return [row for page in pages for row in page]


def read_log(table: Table, first: date, last: date, *, consistent: bool = False) -> dict[date, list[AnyEntry]]:
    """Read the log of a period within one month, by day."""
    found: dict[date, list[AnyEntry]] = {}
    for shard in range(SHARDS):
        query = Query(log_partition(first, shard), between=(f"{first:%d}#", f"{last:%d}$"), consistent=consistent)
        for item in query_all(table, query):
            entry = msgspec.convert(item, AnyEntry)
            found.setdefault(first.replace(day=int(item["SK"][:2])), []).append(entry)
    return found


def _read_months(table: Table, first: date, last: date) -> list[Month]:
    return [_read_month(table, *part) for part in split_by_month(first, last)]


def _read_month(table: Table, first: date, last: date) -> Month:
    roll_ups = {day: each for day, each in read_roll_ups(table, first, last).items() if each.is_current}
    open_days = [day for day in list_days(first, last) if day not in roll_ups]
    if not open_days:
        return Month(roll_ups, {})
    log = read_log(table, open_days[0], open_days[-1])
    return Month(roll_ups, {day: entries for day, entries in log.items() if day not in roll_ups})
