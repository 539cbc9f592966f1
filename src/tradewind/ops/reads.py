"""Where the inventory audit goes on."""

from __future__ import annotations

from tradewind.aws.table import ItemKind, Key, Table
from tradewind.catalog.public import Position
from tradewind.kernel.privacy import NOT_PERSONAL

ITEMS = (
    ItemKind(
        "Position of the audit",
        "AUDIT#INVENTORY",
        "POSITION",
        note="where a run goes on that did not end",
        privacy=NOT_PERSONAL,
    ),
)

POSITION_KEY = Key("AUDIT#INVENTORY", "POSITION")


def read_position(table: Table) -> Position | None:
    """Where the last run of the audit stopped; None when it came to the end."""
    item = table.get(POSITION_KEY)
    return Position(item["partition"], item.get("key")) if item and "partition" in item else None
