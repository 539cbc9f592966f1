"""Single values of a variant's row: name and price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tradewind_tools.data.amounts import DecimalMark, read_money
from tradewind_tools.data.catalogue import NAME_LENGTH, check_price
from tradewind_tools.data.csv_rows import Row
from tradewind_tools.data.fitting import Note, fit_line
from tradewind_tools.data.remarks import UnusableValueError
from tradewind_tools.data.shopify_rows import describe


@dataclass(frozen=True, slots=True)
class Reading:
    """How the values of one file are read.

    `stock` is on hand where a tracked quantity is not said; `sku_has_tail` whether SKUs end in a table library's `.0`.
    """

    currency: str
    mark: DecimalMark = DecimalMark.POINT
    stock: int | None = None
    has_trackers: bool = True
    sku_has_tail: bool = False


def fit_name(title: str, values: Sequence[str], note: Note) -> str:
    """Return `Title - Small / Navy`, or the title when no option has a value."""
    said = " / ".join(filter(None, values))
    return fit_line("name", f"{title} - {said}" if said else title, NAME_LENGTH, note)


def read_price(row: Row, reading: Reading) -> Decimal:
    """Return the price. Raises UnusableValueError when there is none, or it is none in this currency."""
    if not row["price"]:
        raise UnusableValueError("no price", describe(row))
    try:
        amount = read_money(row["price"], reading.mark)
    except ValueError as error:
        raise UnusableValueError("unreadable price", f"{describe(row)}: {row['price']}") from error
    if amount.currencies and reading.currency not in amount.currencies:
        raise UnusableValueError(
            f"price in another currency than {reading.currency}", f"{describe(row)}: {row['price']}"
        )
    return check_price(amount.value, reading.currency)
