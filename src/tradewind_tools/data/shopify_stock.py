"""The stock of a variant: what the file says, and never more than that.

Shopify tracks the stock of a variant when its tracker is filled; a blank one means that stock is not counted. Exports
of shops with several locations have no quantities.
https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tradewind_tools.data.amounts import read_whole
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.fitting import Note
from tradewind_tools.data.flags import read_flag
from tradewind_tools.data.remarks import UnusableValueError
from tradewind_tools.data.shopify_rows import ExportRow, describe, describes_variant

_CONTINUE = "continue"
_DENY = "deny"


def read_stock(row: ExportRow, note: Note) -> int | None:
    """Return the number on hand, None when stock is not tracked. Raises UnusableValueError."""
    if _sells_beyond_stock(row):
        if _is_tracked(row):
            note("sells when out of stock: stock is not tracked", f"quantity {row['quantity'] or 'not said'}")
        return None
    if row["policy"] and row["policy"].casefold() != _DENY and read_flag(row["policy"]) is None:
        note("policy that is neither deny nor continue: read as deny", row["policy"])
    if not _is_tracked(row):
        if row["quantity"] not in {"", "0"}:
            note("quantity of a variant without a tracker: not read", row["quantity"])
        return None
    if row["quantity"]:
        return _read_quantity(row, note)
    if row.reading.stock is None:
        raise UnusableValueError("stock tracked but no quantity: say --stock N", describe(row))
    return row.reading.stock


def refuse_without_quantities(file: Path, rows: Iterable[ExportRow]) -> None:
    """Raise UnreadableFileError when the file tracks stock and says no quantity at all."""
    described = list(filter(describes_variant, rows))
    unknown = list(filter(_is_unknown, described))
    if unknown and not any(row["quantity"] for row in described):
        raise UnreadableFileError(
            f"{file}: {len(unknown)} variants track stock, and no quantity is given (exports of shops with several "
            f"locations have none); say --stock N for what is on hand of each"
        )


def _is_unknown(row: ExportRow) -> bool:
    """Whether stock is tracked, and nobody says how much there is."""
    is_counted = _is_tracked(row) and not _sells_beyond_stock(row)
    return is_counted and not row["quantity"] and row.reading.stock is None


def _sells_beyond_stock(row: ExportRow) -> bool:
    policy = row["policy"]
    return policy.casefold() == _CONTINUE or read_flag(policy) is True


def _is_tracked(row: ExportRow) -> bool:
    """A file without trackers tracks what it has a quantity of."""
    if not row.reading.has_trackers:
        return bool(row["quantity"])
    return bool(row["tracker"]) and read_flag(row["tracker"]) is not False


def _read_quantity(row: ExportRow, note: Note) -> int:
    try:
        quantity = read_whole(row["quantity"], row.reading.mark)
    except ValueError as error:
        raise UnusableValueError("unreadable quantity", f"{describe(row)}: {row['quantity']}") from error
    if quantity < 0:
        note("negative quantity: taken as 0", row["quantity"])
    return max(quantity, 0)
