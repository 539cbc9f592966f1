"""Single values of a variant's row: amounts, weight, and what identifies the goods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from tradewind.catalog.change_messages import Barcode, WeightGrams
from tradewind.kernel.barcodes import is_gtin
from tradewind_tools.data.amounts import read_amount, read_money
from tradewind_tools.data.catalogue import WORD_LENGTH, check_price
from tradewind_tools.data.csv_rows import Row
from tradewind_tools.data.fitting import Note, fit_line
from tradewind_tools.data.remarks import UnusableValueError
from tradewind_tools.data.shopify_rows import ExportRow, describe

_FORMULA = re.compile(r'="(.*)"')
"""How spreadsheets are kept from reading digits as a number."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
_FLOAT_TAIL = re.compile(r"(\d+)\.0")


def read_price(row: ExportRow) -> Decimal:
    """Return the price. Raises UnusableValueError when there is none, or it is none in this currency."""
    if not row["price"]:
        raise UnusableValueError("no price", describe(row))
    return _read_amount(row, "price")


def read_further_amount(row: ExportRow, column: str, note: Note) -> Decimal | None:
    """Return the compare-at price or the cost; None, and a note, when nothing can be made of it."""
    if not row[column]:
        return None
    try:
        return _read_amount(row, column)
    except UnusableValueError as error:
        note(f"{column.replace('_', '-')}: {error.reason}: not read", row[column])
        return None


def read_weight(row: ExportRow, note: Note) -> int | None:
    """Return the weight in whole grams; Shopify writes 0 where nobody said one."""
    if not row["grams"]:
        return None
    try:
        grams = read_amount(row["grams"], row.reading.mark)
        whole = msgspec.convert(int(grams.to_integral_value(ROUND_HALF_UP)), WeightGrams)
    except ValueError:
        note("weight that cannot be read: not read", row["grams"])
        return None
    if whole != grams:
        note("weight: rounded to grams", row["grams"])
    return whole if whole or row.is_own else None


def read_sku(row: ExportRow, note: Note) -> str | None:
    sku = _without_signs(row, "sku")
    if sku != row["sku"]:
        note("SKU: signs of a spreadsheet left out", row["sku"])
    elif _ROUNDED.fullmatch(sku):
        note("SKU that a spreadsheet has rounded: taken as written", sku)
    return fit_line("SKU", sku, WORD_LENGTH, note) or None


def read_barcode(row: ExportRow, note: Note) -> str | None:
    """Return the barcode where it is a GTIN (GS1); None, and a note, where it is none."""
    barcode = _without_signs(row, "barcode")
    if barcode and not _is_gtin(barcode):
        note("barcode that is no GTIN: not read", row["barcode"])
        return None
    return barcode or None


def columns_with_tail(rows: Sequence[Row], columns: Iterable[str]) -> frozenset[str]:
    """Which columns hold nothing but whole numbers with `.0`: a table library took them for decimals."""
    return frozenset(column for column in columns if _has_tail(row[column] for row in rows))


def _has_tail(texts: Iterable[str]) -> bool:
    filled = list(filter(None, texts))
    return bool(filled) and all(map(_FLOAT_TAIL.fullmatch, filled))


def _without_signs(row: ExportRow, column: str) -> str:
    if row.is_own:
        return row[column]
    formula = _FORMULA.fullmatch(row[column])
    text = (formula[1] if formula else row[column]).removeprefix("'")
    tail = _FLOAT_TAIL.fullmatch(text) if column in row.reading.with_tail else None
    return tail[1] if tail else text


def _is_gtin(text: str) -> bool:
    try:
        return is_gtin(msgspec.convert(text, Barcode))
    except msgspec.ValidationError:
        return False


def _read_amount(row: ExportRow, column: str) -> Decimal:
    """Raises UnusableValueError."""
    currency, text = row.reading.currency, row[column]
    try:
        amount = read_money(text, row.reading.mark)
    except ValueError as error:
        raise UnusableValueError("unreadable price", f"{describe(row)}: {text}") from error
    if amount.currencies and currency not in amount.currencies:
        raise UnusableValueError(f"price in another currency than {currency}", f"{describe(row)}: {text}")
    return check_price(amount.value, currency)
