"""StockLow is recorded with the mark of it, at few units, and of every product that was sold down to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange

_MARK = "lowReported"


def check_commit(records: Sequence[TableChange], few: int) -> Iterator[str]:
    """What one commit did wrong."""
    told = [record.new_image["data"] for record in records if record.new_image and _is_low_event(record.new_image)]
    marked = [record.new_image["variantId"] for record in records if record.new_image and _gets_mark(record)]
    if [data["variantId"] for data in told] != marked:
        yield f"StockLow was recorded of {[data['variantId'] for data in told]}, and marked of {marked}"
    yield from (f"StockLow was recorded at {data['available']} units" for data in told if data["available"] > few)


def find_violations(items: Iterable[Item], few: int) -> Iterator[str]:
    """What is wrong with the stock once everything is at rest."""
    for item in items:
        if item["SK"].startswith("STOCK#") and item["sold"] and item["available"] <= few and not item.get(_MARK):
            yield f"{item['variantId']} was sold down to {item['available']} units, and nobody was told"


def _is_low_event(image: Item) -> bool:
    sk: str = image["SK"]
    return sk.startswith("EVENT#") and image["type"] == "StockLow"


def _gets_mark(record: TableChange) -> bool:
    new, old = record.new_image or {}, record.old_image or {}
    return new.get("SK", "").startswith("STOCK#") and bool(new.get(_MARK)) and not old.get(_MARK)
