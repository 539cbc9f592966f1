"""Where exports and deletions are in the table, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Query, Table, query_pages
from tradewind.kernel.clock import iso
from tradewind.kernel.partitions import user_partition
from tradewind.kernel.privacy import Erasure, Privacy
from tradewind.privacy.model import Deletion, Export
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Export",
        "USER#<userId>",
        "EXPORT",
        note="the newest of an account; TTL 2 days",
        privacy=Privacy(Erasure.REMOVE, withheld="where the copy of the other items stands"),
    ),
    ItemKind(
        "Deletion",
        "USER#<userId>",
        "DELETION",
        gsi2="DELETION_DUE#<shard> / <dueAt>#<userId>",
        note="in GSI2 until nothing is kept any more; TTL 35 days from then",
        privacy=Privacy(Erasure.EXPIRE, withheld="it is there when the account is not"),
    ),
    ItemKind(
        "Part of an export",
        "EXPORT#<exportId>",
        "PART#<nnnn>",
        note="lines of JSON; TTL 2 days",
        privacy=Privacy(Erasure.EXPIRE, withheld="the copy itself"),
    ),
)

prepare_types(Export, Deletion)

_PART = "PART#"


def export_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "EXPORT")


def part_key(export_id: str, number: int) -> Key:
    return Key(f"EXPORT#{export_id}", f"{_PART}{number:04d}")


def deletion_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "DELETION")


def due_deletions_partition(shard: int) -> str:
    """Where in GSI2 the deletions are that have something left to do."""
    return f"DELETION_DUE#{shard}"


def deletion_from(item: Item) -> Deletion:
    return msgspec.convert(item, Deletion)


def find_deletion(table: Table, user_id: str) -> Deletion | None:
    """The deletion of an account, as it is at this moment."""
    item = table.get(deletion_key(user_id), consistent=True)
    return deletion_from(item) if item else None


def list_due_deletions(table: Table, shard: int, now: datetime, limit: int) -> list[Item]:
    """Deletions of a shard with something to do by now, as items; the longest due first."""
    due = Query(due_deletions_partition(shard), index="GSI2", between=("0", f"{iso(now)}~"), limit=limit)
    return table.query(due).items


def find_export(table: Table, user_id: str) -> Export | None:
    """The newest export of an account, as it is at this moment."""
    item = table.get(export_key(user_id), consistent=True)
    return msgspec.convert(item, Export) if item else None


def read_parts(table: Table, export_id: str, first: int, last: int) -> Iterator[str]:
    """The contents of parts, in order; both bounds belong to them."""
    low, high = part_key(export_id, first), part_key(export_id, last)
    for page in query_pages(table, Query(low.pk, between=(low.sk, high.sk), consistent=True)):
        yield from (item["content"] for item in page)


def query_account(user_id: str, start: Item | None, limit: int) -> Query:
    """The items of an account's partition, in pages."""
    return Query(user_partition(user_id), start=start, limit=limit, consistent=True)
