"""Writes of the log and its figures; `reads` says where their items stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from tradewind.analytics.model import (
    LOG_LIFETIME,
    CancellationEntry,
    DayState,
    EntryOfEvent,
    EventEntry,
    FunnelStep,
    Ranking,
    Rankings,
    RefundEntry,
    SaleEntry,
    midnight_after,
)
from tradewind.analytics.reads import (
    AS_OF_KEY,
    SHARDS,
    MonthState,
    day_products_key,
    figures_key,
    folded_products_key,
    log_partition,
    month_key,
    month_products_key,
)
from tradewind.aws.table import Absent, Equals, Item, Key, Put, Update
from tradewind.kernel.clock import epoch_seconds, iso
from tradewind.kernel.partitions import shard_of

ARRIVAL_MARGIN = timedelta(minutes=2)
"""An entry is in the index so long after the time of its arrival at the latest: a consumer has half a minute."""


def insert_entry(entry: EntryOfEvent, day: date, now: datetime) -> Put:
    """Insert an entry into the log of its day; the condition fails when it is there already."""
    entry_id = _id_of(entry)
    name = f"{entry.__struct_config__.tag}#{entry_id}"
    partition = log_partition(day, shard_of(entry_id, SHARDS))
    item = {"PK": partition, "SK": name, **_arrival(partition, name, now), "expiresAt": _expiry(day)}
    return Put(item | msgspec.to_builtins(entry), when=(Absent(),))


def mark_steps(session_id: str, day: date, steps: Iterable[FunnelStep], now: datetime) -> list[Update]:
    """Mark which steps a session has reached; a step that it had reached before stays what it was."""
    partition = log_partition(day, shard_of(session_id, SHARDS))
    return [_mark_step(partition, f"session#{session_id}#{step.value}", step, day, now) for step in steps]


def note_late_entry(day: date, now: datetime) -> Update:
    """Note that an entry came after its day, so that the day is looked at again."""
    return Update(figures_key(day), set={"lateUntil": iso(now + ARRIVAL_MARGIN)})


def save_day(day: date, state: DayState, replaced_version: int) -> Update:
    """Save how far a day was folded; the condition fails when another run has saved it meanwhile."""
    fields = msgspec.to_builtins(msgspec.structs.replace(state, version=replaced_version + 1))
    fields.pop("lateUntil", None)
    flags = {"isRecounting": state.is_recounting, "isFinal": state.is_final}
    unchanged = Equals("version", replaced_version) if replaced_version else Absent("version")
    return Update(figures_key(day), set={"folded": {}, "figures": {}, **fields, **flags}, when=(unchanged,))


def save_day_rankings(day: date, rankings: Rankings) -> list[Put]:
    """Save the products that reports show."""
    return [_save_ranking(day_products_key(day, currency), ranking) for currency, ranking in rankings.items()]


def save_folded_rankings(day: date, rankings: Rankings) -> list[Put]:
    """Save the products up to where a day was folded."""
    return [_save_ranking(folded_products_key(day, currency), ranking) for currency, ranking in rankings.items()]


def count_month_change(day: date) -> Update:
    """Count that a day has changed whose month is over: the month's products are added up again."""
    return Update(month_key(day), add={"changed": 1})


def save_month(month: date, rankings: Rankings, state: MonthState) -> list[Put | Update]:
    """Save the products of a month; the condition fails when one of its days has changed since `state` was read."""
    seen = Update(month_key(month), set={"seen": state.changed}, when=(Equals("changed", state.changed),))
    puts = [_save_ranking(month_products_key(month, currency), ranking) for currency, ranking in rankings.items()]
    return [seen, *puts]


def save_as_of(now: datetime) -> Put:
    return Put({"PK": AS_OF_KEY.pk, "SK": AS_OF_KEY.sk, "asOf": iso(now)})


def _mark_step(partition: str, name: str, step: FunnelStep, day: date, now: datetime) -> Update:
    fields = {"kind": "session", "step": step.value, "expiresAt": _expiry(day)}
    return Update(Key(partition, name), set=fields, set_once=_arrival(partition, name, now))


def _save_ranking(key: Key, ranking: Ranking) -> Put:
    return Put({"PK": key.pk, "SK": key.sk, **msgspec.to_builtins(ranking)})


def _arrival(partition: str, name: str, now: datetime) -> Item:
    """Where the index shows an entry: behind all that came before."""
    return {"GSI2PK": partition, "GSI2SK": f"{iso(now)}#{name}"}


def _expiry(day: date) -> int:
    return epoch_seconds(midnight_after(day) + LOG_LIFETIME)


def _id_of(entry: EntryOfEvent) -> str:
    match entry:
        case SaleEntry(order_id=name) | CancellationEntry(order_id=name):
            return name
        case RefundEntry(refund_id=name) | EventEntry(event_id=name):
            return name
