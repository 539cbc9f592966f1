"""The copies of items that the audit log keeps: they have the sort keys of what they are copies of."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.aws.table import Item

_COPIES = "AUDITED#"


def is_copy(item: Item) -> bool:
    partition: str = item["PK"]
    return partition.startswith(_COPIES)


def leave_out_copies(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if not is_copy(item)]
