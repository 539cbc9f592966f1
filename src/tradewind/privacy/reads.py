"""Where exports are in the table, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Query, Table, query_pages
from tradewind.kernel.partitions import user_partition
from tradewind.kernel.privacy import Erasure, Privacy
from tradewind.privacy.model import Export
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
        "Part of an export",
        "EXPORT#<exportId>",
        "PART#<nnnn>",
        note="lines of JSON; TTL 2 days",
        privacy=Privacy(Erasure.EXPIRE, withheld="the copy itself"),
    ),
)

prepare_types(Export)

_PART = "PART#"


def export_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "EXPORT")


def part_key(export_id: str, number: int) -> Key:
    return Key(f"EXPORT#{export_id}", f"{_PART}{number:04d}")


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
