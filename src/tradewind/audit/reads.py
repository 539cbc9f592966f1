"""Reads of the audit log; `tradewind.edge.audit` says what is written, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from tradewind.aws.parallel import query_at_once
from tradewind.aws.table import Equals, Item, ItemKind, Key, Query, Table
from tradewind.edge.audit import SHARDS, actor_partition, log_partition, month_of, thing_partition
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import first_ulid, moment_of
from tradewind.kernel.partitions import shard_of
from tradewind.kernel.privacy import Erasure, Privacy

ITEMS = (
    ItemKind(
        "Act",
        "AUDITLOG#<yyyy-mm>#<shard>",
        "<actId>",
        gsi1="AUDITACTOR#<userId> / <actId>",
        gsi2="AUDITTHING#<kind>:<id> / <actId>",
        note="what one of the shop's people did, in four shards a month; TTL 2 years",
        privacy=Privacy(Erasure.EXPIRE, withheld="ids, and where the shop's people called from"),
    ),
    ItemKind(
        "Change of an account",
        "AUDITED#USER#<userId>",
        "<sort key>#<actId>",
        note="what an act has changed of an account, or of an order of its; TTL 2 years",
        privacy=Privacy(Erasure.REMOVE, exported=("before", "after")),
    ),
    ItemKind(
        "Change of a thing",
        "AUDITED#<partition>",
        "<sort key>#<actId>",
        note="what an act has changed of a product, or beside an order; TTL 2 years",
        privacy=Privacy(Erasure.EXPIRE, withheld="it is about no person"),
    ),
)

MAX_GROUPS = 12
"""So many months one page goes back through, before it ends short."""


class ActRecord(msgspec.Struct, frozen=True, rename="camel"):
    """`changes` are the keys of the items that were changed, as far as they are recorded."""

    act_id: str
    at: datetime
    actor_id: str
    role: Role
    operation: str
    thing: str
    address: str
    correlation_id: str
    changes: list[tuple[str, str]]
    changes_left_out: int


class ChangeRecord(msgspec.Struct, frozen=True, rename="camel"):
    before: dict[str, Any]
    after: dict[str, Any]
    is_known: bool


class ActSearch(NamedTuple):
    """Acts from `low` on and before `high`, both ids; what is None does not matter."""

    low: str
    high: str
    limit: int
    actor_id: str | None = None
    operation: str | None = None
    thing: str | None = None


def search_acts(table: Table, search: ActSearch) -> tuple[list[ActRecord], str | None]:
    """Up to `limit` acts, newest first, and before which id the next page begins; None at the end.

    A filter that lets little pass, and months without acts, end a page early: a page costs the same however many there
    are.
    """
    found: list[ActRecord] = []
    groups = list(_list_groups(search))
    for number, group in enumerate(groups, start=1):
        page, following = _read_newest(table, group, search, search.limit - len(found))
        found += page
        is_full = len(found) == search.limit or number == MAX_GROUPS
        if following is None and is_full and number < len(groups):
            following = group.begin
        if following is not None:
            return found, following
    return found, None


def find_act(table: Table, act_id: str) -> ActRecord | None:
    """Find an act by its id, which says in which month and shard it stands."""
    key = Key(log_partition(month_of(moment_of(act_id)), shard_of(act_id, SHARDS)), act_id)
    item = table.get(key, consistent=True)
    return msgspec.convert(item, ActRecord) if item else None


def find_changes(table: Table, act: ActRecord) -> list[tuple[Key, ChangeRecord | None]]:
    """What an act has changed, by the keys that it is recorded under; None for what was removed since."""
    keys = [Key(*each) for each in act.changes]
    found = table.get_many(keys)
    return [(key, msgspec.convert(found[key], ChangeRecord) if key in found else None) for key in keys]


class _Group(NamedTuple):
    """Queries whose results are merged, and the id that all of what they find comes after."""

    queries: list[Query]
    begin: str


def _list_groups(search: ActSearch) -> Iterator[_Group]:
    """One for a person or a thing; else one for each month, the newest first."""
    if search.actor_id:
        yield _Group([_query(search, actor_partition(search.actor_id), "GSI1")], search.low)
    elif search.thing:
        yield _Group([_query(search, thing_partition(search.thing), "GSI2")], search.low)
    else:
        for begin in _list_months(moment_of(search.low), moment_of(search.high)):
            partitions = (log_partition(month_of(begin), shard) for shard in range(SHARDS))
            yield _Group([_query(search, each) for each in partitions], first_ulid(begin))


def _query(search: ActSearch, partition: str, index: str | None = None) -> Query:
    """BETWEEN includes its ends, and `high` is not looked for: one more is read, and another to know of more."""
    operation = (Equals("operation", search.operation),) if search.operation else ()
    thing = (Equals("thing", search.thing),) if search.thing else ()
    where = (*operation, *thing)
    limit = search.limit + 2
    return Query(partition, between=(search.low, search.high), index=index, descending=True, limit=limit, where=where)


def _list_months(first: datetime, last: datetime) -> Iterator[datetime]:
    """The begins of the months from the last one back to the first."""
    begin = datetime(last.year, last.month, 1, tzinfo=UTC)
    while begin > first:
        yield begin
        begin = (begin - timedelta(days=1)).replace(day=1)
    yield begin


def _read_newest(table: Table, group: _Group, search: ActSearch, limit: int) -> tuple[list[ActRecord], str | None]:
    """The newest of a group, and before which id more may follow: of a query that was cut, nothing beyond is known."""
    results = query_at_once(table, group.queries)
    horizon = max((result.last["SK"] for result in results if result.last), default=None)
    items = sorted(
        (item for result in results for item in result.items if _id_of(item) < search.high), key=_id_of, reverse=True
    )
    known = [item for item in items if horizon is None or _id_of(item) >= horizon]
    acts = [msgspec.convert(item, ActRecord) for item in known[:limit]]
    return acts, (acts[-1].act_id if len(known) > limit else horizon)


def _id_of(item: Item) -> str:
    act_id: str = item["SK"]
    return act_id
