"""The log and its figures in the table, both by month, so that a period is a few queries.

`EVENTLOG#<yyyy-mm>#<shard>` / `<dd>#<kind>#<id>`: what happened; DynamoDB removes it some time after `expiresAt`.
`FIGURES#<yyyy-mm>` / `DAY#<dd>`: a day rolled up; `TOPPRODUCTS#<yyyy-mm>` / `DAY#<dd>#<nn>`: its products.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from tradewind.analytics.model import (
    Cancellation,
    Entry,
    Figures,
    Happening,
    LogEntry,
    ProductTakings,
    Refund,
    Sale,
    Step,
)
from tradewind.aws.table import Absent, Conditions, Equals, Item, Key, Put, Query, Table, Update, query_all
from tradewind.kernel.clock import epoch_seconds

SHARDS = 8
"""A partition takes 1,000 writes a second; a sale and its cancellation stand in the same one."""
KEPT = timedelta(days=400)
"""How long the log keeps an entry after its day: a year can be counted anew."""
NOTED_FOR = timedelta(days=390)
"""How late an entry may come: its day's figures must be folded again before the log begins to forget the day."""
PRODUCTS_PER_PAGE = 1_000


class RolledUp(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A day's figures as they were folded when `seen` late entries had come; `late` have come by now."""

    figures: Figures = Figures()
    product_pages: int = 0
    late: int = 0
    seen: int | None = None

    @property
    def is_current(self) -> bool:
        return self.seen == self.late


NOT_ROLLED_UP = RolledUp()


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def logged(entry: Sale | Cancellation | Refund | Happening, day: date) -> Put:
    """The write that notes an entry once; it fails when it is noted already."""
    return Put({**_log_item(day, entry, _id(entry)), **msgspec.to_builtins(entry)}, when=(Absent(),))


def reached(session_id: str, day: date, steps: Iterable[Step]) -> Update:
    """The write that notes how far a session came; a repetition changes nothing."""
    key = _log_key(day, "session", session_id)
    kept_until = {"kind": "session", "expiresAt": epoch_seconds(midnight_after(day) + KEPT)}
    return Update(key, set={**kept_until, **{step.value: True for step in steps}})


def came_late(day: date) -> Update:
    """The write that says that the day's figures, should there be some, lack an entry."""
    return Update(_figures_key(day), add={"late": 1})


def rolled_up(day: date, figures: Figures, products: Sequence[ProductTakings], before: RolledUp) -> list[Put]:
    """The writes that keep a day's figures; they fail when an entry has come since `before` was read."""
    pages = [products[start : start + PRODUCTS_PER_PAGE] for start in range(0, len(products), PRODUCTS_PER_PAGE)]
    kept = RolledUp(figures, len(pages), late=before.late, seen=before.late)
    pk, sk = _figures_key(day)
    figures_put = Put({"PK": pk, "SK": sk, **msgspec.to_builtins(kept)}, when=_late_is(before.late))
    return [figures_put, *(_products_put(day, number, page) for number, page in enumerate(pages))]


def roll_ups(table: Table, first: date, last: date, *, consistent: bool = False) -> dict[date, RolledUp]:
    """Those of a period within one month."""
    span = f"DAY#{first:%d}", f"DAY#{last:%d}"
    found = query_all(table, Query(f"FIGURES#{first:%Y-%m}", between=span, consistent=consistent))
    return {first.replace(day=int(item["SK"][4:6])): msgspec.convert(item, RolledUp) for item in found}


def products(table: Table, rolled: dict[date, RolledUp]) -> list[ProductTakings]:
    """The products of days of one month; what an earlier roll-up left behind beyond its pages is not read."""
    if not rolled:
        return []
    first, last = min(rolled), max(rolled)
    span = f"DAY#{first:%d}#", f"DAY#{last:%d}$"
    items = query_all(table, Query(f"TOPPRODUCTS#{first:%Y-%m}", between=span))
    wanted = {_products_key(day, number).sk for day, each in rolled.items() for number in range(each.product_pages)}
    pages = [msgspec.convert(item["products"], list[ProductTakings]) for item in items if item["SK"] in wanted]
    return [row for page in pages for row in page]


def log(table: Table, first: date, last: date, *, consistent: bool = False) -> dict[date, list[LogEntry]]:
    """What happened in a period within one month, by day."""
    found: dict[date, list[LogEntry]] = {}
    for shard in range(SHARDS):
        query = Query(_log_partition(first, shard), between=(f"{first:%d}#", f"{last:%d}$"), consistent=consistent)
        for item in query_all(table, query):
            entry = msgspec.convert(item, LogEntry)
            found.setdefault(first.replace(day=int(item["SK"][:2])), []).append(entry)
    return found


def _log_item(day: date, entry: Entry, entry_id: str) -> Item:
    pk, sk = _log_key(day, str(entry.__struct_config__.tag), entry_id)
    return {"PK": pk, "SK": sk, "expiresAt": epoch_seconds(midnight_after(day) + KEPT)}


def _log_key(day: date, kind: str, entry_id: str) -> Key:
    shard = int(entry_id[-1], 36) % SHARDS
    return Key(_log_partition(day, shard), f"{day:%d}#{kind}#{entry_id}")


def _log_partition(day: date, shard: int) -> str:
    return f"EVENTLOG#{day:%Y-%m}#{shard}"


def _figures_key(day: date) -> Key:
    return Key(f"FIGURES#{day:%Y-%m}", f"DAY#{day:%d}")


def _products_key(day: date, page: int) -> Key:
    return Key(f"TOPPRODUCTS#{day:%Y-%m}", f"DAY#{day:%d}#{page:02d}")


def _products_put(day: date, number: int, page: Sequence[ProductTakings]) -> Put:
    pk, sk = _products_key(day, number)
    return Put({"PK": pk, "SK": sk, "products": msgspec.to_builtins(page)})


def _late_is(count: int) -> Conditions:
    return (Equals("late", count),) if count else (Absent("late"),)


def _id(entry: Sale | Cancellation | Refund | Happening) -> str:
    match entry:
        case Sale(order_id=name) | Cancellation(order_id=name) | Refund(refund_id=name) | Happening(event_id=name):
            return name
