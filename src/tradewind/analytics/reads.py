"""Reads of the log and its figures, and the keys of their items; a period of figures is a query for each month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from tradewind.analytics.model import AnyEntry, DayState, Ranking, Rankings, add_rankings_up, list_days
from tradewind.aws.table import Item, ItemKind, Key, Query, Table, query_all, query_pages
from tradewind.kernel.privacy import NOT_PERSONAL
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Log entry",
        "EVENTLOG#<yyyy-mm-dd>#<shard>",
        "<kind>#<id>",
        gsi2="EVENTLOG#<yyyy-mm-dd>#<shard> / <arrived at>#<kind>#<id>",
        note="what is counted; TTL 400 days",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Figures of a day",
        "FIGURES#<yyyy-mm>",
        "DAY#<dd>",
        note="folded from the log every five minutes",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "State of a month's products",
        "FIGURES#<yyyy-mm>",
        "MONTH",
        note="whether its days have changed",
        privacy=NOT_PERSONAL,
    ),
    ItemKind("When figures were folded", "FIGURES#FOLDED", "AT", privacy=NOT_PERSONAL),
    ItemKind(
        "Products of a day",
        "TOPPRODUCTS#<yyyy-mm>#<currency>",
        "DAY#<dd>",
        note="the 1,000 with the most revenue",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Products of a month",
        "TOPPRODUCTS#<yyyy-mm>#<currency>",
        "MONTH",
        note="likewise, when it is over",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Products folded so far",
        "TOPPRODUCTS#<yyyy-mm>#<currency>",
        "FOLD#<dd>",
        note="without the last minutes",
        privacy=NOT_PERSONAL,
    ),
)

prepare_types(DayState, Ranking)

SHARDS = 8
"""A partition takes 1,000 writes a second."""

LOG_START = "0"
"""A position before every entry of a shard."""
_LOG_END = "~"
_POSITION = "GSI2SK"

AS_OF_KEY = Key("FIGURES#FOLDED", "AT")


class MonthState(msgspec.Struct, frozen=True):
    """How often days of a month that is over have changed, and had when its products were added up."""

    changed: int = 0
    seen: int = 0


class Arrivals(NamedTuple):
    """A page of a shard's log in the order of arrival: each entry with its position."""

    positions: list[str]
    entries: list[AnyEntry]


def log_partition(day: date, shard: int) -> str:
    return f"EVENTLOG#{day:%Y-%m-%d}#{shard}"


def figures_key(day: date) -> Key:
    return Key(f"FIGURES#{day:%Y-%m}", f"DAY#{day:%d}")


def month_key(day: date) -> Key:
    return Key(f"FIGURES#{day:%Y-%m}", "MONTH")


def day_products_key(day: date, currency: str) -> Key:
    return Key(_products_partition(day, currency), f"DAY#{day:%d}")


def folded_products_key(day: date, currency: str) -> Key:
    return Key(_products_partition(day, currency), f"FOLD#{day:%d}")


def month_products_key(day: date, currency: str) -> Key:
    return Key(_products_partition(day, currency), "MONTH")


def read_as_of(table: Table) -> datetime | None:
    """What was recorded by then is in the figures; None when nothing was folded yet."""
    item = table.get(AS_OF_KEY)
    return msgspec.convert(item["asOf"], datetime) if item else None


def read_days(table: Table, first: date, last: date, *, consistent: bool = False) -> dict[date, DayState]:
    """Read the days of a period, both ends included; one on which nothing happened may be missing."""
    found: dict[date, DayState] = {}
    for start, end in split_by_month(first, last):
        query = Query(
            figures_key(start).pk, between=(figures_key(start).sk, figures_key(end).sk), consistent=consistent
        )
        found |= {start.replace(day=int(item["SK"][4:6])): _state_from(item) for item in query_all(table, query)}
    return found


def read_ranking(table: Table, first: date, last: date, currency: str) -> Ranking:
    """Read what sold best in a period: by months where they are over and whole, else by days."""
    months = split_by_month(first, last)
    whole = [start for start, end in months if start.day == 1 and _is_end_of_month(end)]
    keys = {month_products_key(start, currency): start for start in whole}
    found = {keys[key]: ranking_from(item) for key, item in table.get_many(keys).items()} if keys else {}
    by_days = (read_ranking_of_days(table, *month, currency) for month in months if month[0] not in found)
    return add_rankings_up([*found.values(), *by_days])


def read_ranking_of_days(table: Table, first: date, last: date, currency: str, *, consistent: bool = False) -> Ranking:
    """Read what sold best on the days of a period within one month."""
    low, high = day_products_key(first, currency), day_products_key(last, currency)
    days = query_all(table, Query(low.pk, between=(low.sk, high.sk), consistent=consistent))
    return add_rankings_up(map(ranking_from, days))


def read_rankings(table: Table, keys: dict[str, Key]) -> Rankings:
    """Read the rankings of these keys, by currency, as they are at this moment."""
    found = table.get_many(keys.values(), consistent=True)
    return {currency: ranking_from(found[key]) for currency, key in keys.items() if key in found}


def read_month_states(table: Table, months: Iterable[date]) -> dict[date, MonthState]:
    keys = {month_key(month): month for month in months}
    found = table.get_many(keys, consistent=True)
    return {keys[key]: msgspec.convert(item, MonthState) for key, item in found.items()}


def page_arrivals(table: Table, day: date, shard: int, after: str) -> Iterator[Arrivals]:
    """Page through what came after a position; the index may be a moment behind."""
    for page in query_pages(table, Query(log_partition(day, shard), between=(after, _LOG_END), index="GSI2")):
        new = [item for item in page if after < item[_POSITION]]
        yield Arrivals([item[_POSITION] for item in new], msgspec.convert(new, list[AnyEntry]))


def split_by_month(first: date, last: date) -> list[tuple[date, date]]:
    """Split a period, of one day at least, where months begin."""
    starts = [first, *(day for day in list_days(first, last)[1:] if day.day == 1)]
    ends = [*(start - timedelta(days=1) for start in starts[1:]), last]
    return list(zip(starts, ends, strict=True))


def _is_end_of_month(day: date) -> bool:
    return day == date.max or (day + timedelta(days=1)).day == 1


def ranking_from(item: Item) -> Ranking:
    return msgspec.convert(item, Ranking)


def _products_partition(day: date, currency: str) -> str:
    return f"TOPPRODUCTS#{day:%Y-%m}#{currency}"


def _state_from(item: Item) -> DayState:
    return msgspec.convert(item, DayState)
