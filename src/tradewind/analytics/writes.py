"""Writes of the log and its figures; `reads` says where their items stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from tradewind.analytics.model import (
    LOG_LIFETIME,
    CancellationEntry,
    EntryOfEvent,
    EventEntry,
    Figures,
    FunnelStep,
    ProductTakings,
    RefundEntry,
    RollUp,
    SaleEntry,
    midnight_after,
)
from tradewind.analytics.reads import SHARDS, figures_key, log_partition, products_key
from tradewind.aws.table import Absent, Conditions, Equals, Key, Put, Update
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.partitions import shard_of

PRODUCTS_PER_PAGE = 1_000


def insert_entry(entry: EntryOfEvent, day: date) -> Put:
    """Insert an entry into the log of its day; the condition fails when it is there already."""
    pk, sk = _log_key(day, str(entry.__struct_config__.tag), _id_of(entry))
    item = {"PK": pk, "SK": sk, "expiresAt": _expiry(day), **msgspec.to_builtins(entry)}
    return Put(item, when=(Absent(),))


def mark_steps(session_id: str, day: date, steps: Iterable[FunnelStep]) -> Update:
    """Mark which steps a session has reached; repeating it changes nothing."""
    reached = {step.value: True for step in steps}
    return Update(_log_key(day, "session", session_id), set={"kind": "session", "expiresAt": _expiry(day), **reached})


def count_late_entry(day: date) -> Update:
    """Count an entry that came after its day: a roll-up that does not include it is out of date."""
    return Update(figures_key(day), add={"late": 1})


def save_roll_up(day: date, figures: Figures, products: Sequence[ProductTakings], before: RollUp) -> list[Put]:
    """Save a day's figures and products; the condition fails when an entry has come since `before` was read."""
    pages = [products[start : start + PRODUCTS_PER_PAGE] for start in range(0, len(products), PRODUCTS_PER_PAGE)]
    roll_up = RollUp(figures, len(pages), late=before.late, seen=before.late)
    pk, sk = figures_key(day)
    figures_put = Put({"PK": pk, "SK": sk, **msgspec.to_builtins(roll_up)}, when=_late_is(before.late))
    return [figures_put, *(_save_products(day, number, page) for number, page in enumerate(pages))]


def _save_products(day: date, number: int, page: Sequence[ProductTakings]) -> Put:
    pk, sk = products_key(day, number)
    return Put({"PK": pk, "SK": sk, "products": msgspec.to_builtins(page)})


def _late_is(count: int) -> Conditions:
    return (Equals("late", count),) if count else (Absent("late"),)


def _log_key(day: date, kind: str, entry_id: str) -> Key:
    shard = shard_of(entry_id, SHARDS)
    return Key(log_partition(day, shard), f"{day:%d}#{kind}#{entry_id}")


def _expiry(day: date) -> int:
    return epoch_seconds(midnight_after(day) + LOG_LIFETIME)


def _id_of(entry: EntryOfEvent) -> str:
    match entry:
        case SaleEntry(order_id=name) | CancellationEntry(order_id=name):
            return name
        case RefundEntry(refund_id=name) | EventEntry(event_id=name):
            return name
