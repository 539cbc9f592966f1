"""The contents of an export: what each item of an account shows to its owner, as lines of JSON, in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tradewind.aws.table import Item, Query, Table, query_all, query_pages
from tradewind.kernel.partitions import order_partition
from tradewind.privacy.kinds import find_kind, list_exported_partitions, privacy_of
from tradewind.privacy.model import PART_BYTES, Record

_ORDER = "ORDER#"

_encode = msgspec.json.Encoder(decimal_format="number").encode


def list_records(table: Table, items: Iterable[Item]) -> Iterator[Record]:
    """The records of items of an account's partition; after an order, those of the order's own partition.

    Raises UnknownKind.
    """
    for item in items:
        yield from _records_of(item)
        if item["SK"].startswith(_ORDER):
            yield from _list_order_records(table, item["orderId"])


def list_small_records(table: Table, user_id: str) -> Iterator[Record]:
    """The records of an account's items that stand in partitions of their own, as far as any are shown.

    Raises UnknownKind.
    """
    for partition in list_exported_partitions(user_id):
        for item in query_all(table, Query(partition, consistent=True)):
            yield from _records_of(item)


def write_parts(records: Iterable[Record]) -> Iterator[str]:
    """The records as texts of lines of JSON, each as large as a part may be."""
    lines: list[str] = []
    size_bytes = 0
    for record in records:
        line = _encode(record)
        if lines and size_bytes + len(line) > PART_BYTES:
            yield "".join(lines)
            lines, size_bytes = [], 0
        lines.append(f"{line.decode()}\n")
        size_bytes += len(line) + 1
    if lines:
        yield "".join(lines)


def _list_order_records(table: Table, order_id: str) -> Iterator[Record]:
    for page in query_pages(table, Query(order_partition(order_id), consistent=True)):
        for item in page:
            yield from _records_of(item, order_id)


def _records_of(item: Item, order_id: str | None = None) -> Iterator[Record]:
    """None, where the kind is not shown."""
    kind = find_kind(item)
    shown = {name: item[name] for name in privacy_of(kind).exported if name in item}
    if shown:
        yield Record(kind.name, shown, order_id)
