"""Shopify product exports: the rows of a handle, in all files, are one product with its variants.

Format: https://help.shopify.com/en/manual/products/import-export/using-csv, in its older and newer column names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tradewind.edge.messages import ProductId
from tradewind_tools.data.amounts import AmbiguousMarkError, DecimalMark, decide_mark
from tradewind_tools.data.catalogue import Catalogue, Draft, Noter
from tradewind_tools.data.csv_rows import SURPLUS, CsvFile, Row
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.product_ids import product_id
from tradewind_tools.data.remarks import FilePosition, UnusableValueError
from tradewind_tools.data.shopify_options import read_options
from tradewind_tools.data.shopify_products import read_product_fields
from tradewind_tools.data.shopify_rows import AMOUNTS, LAYOUT, ExportRow, ProductRows, Reading, describe, without_traces
from tradewind_tools.data.shopify_stock import refuse_without_quantities
from tradewind_tools.data.shopify_values import columns_with_tail
from tradewind_tools.data.shopify_variants import FREE, VariantReader

_FURTHER_PICTURE = "further picture: not read"
_IDENTIFIERS = ("sku", "barcode")


@dataclass(frozen=True, slots=True)
class ShopifyOptions:
    """What the files do not say: `stock` is on hand of each variant whose stock is tracked without a quantity."""

    currency: str
    encoding: str | None = None
    stock: int | None = None
    mark: DecimalMark | None = None


def read_shopify(files: Sequence[Path], options: ShopifyOptions) -> Catalogue:
    """Read exports into a catalogue.

    Raises UnreadableFileError when a file is not such an export, and when it leaves open what `options` should say.
    """
    catalogue = Catalogue()
    rows = [row for file in files for row in _read_rows(file, options, catalogue)]
    catalogue.drafts = [draft for product in _by_product(rows) for draft in _read_product(product, catalogue)]
    for remarks in (catalogue.notes, catalogue.refused):
        remarks.sort(key=lambda remark: (remark.file, remark.line))
    return catalogue


def _read_rows(file: Path, options: ShopifyOptions, catalogue: Catalogue) -> list[ExportRow]:
    """The rows of a file that have a handle. Raises UnreadableFileError."""
    csv_file = CsvFile(file, LAYOUT, options.encoding)
    rows = list(map(without_traces, csv_file))
    catalogue.rows_read += len(rows)
    catalogue.notes += csv_file.notes
    catalogue.unread += csv_file.unread
    reading = Reading(
        currency=options.currency,
        mark=options.mark or _decide_mark(file, rows),
        stock=options.stock,
        has_trackers="tracker" in csv_file.columns,
        with_tail=columns_with_tail(rows, _IDENTIFIERS),
    )
    usable = [
        ExportRow(FilePosition(file, row.line), row.fields, reading) for row in rows if _is_usable(file, row, catalogue)
    ]
    refuse_without_quantities(file, usable)
    return usable


def _is_usable(file: Path, row: Row, catalogue: Catalogue) -> bool:
    position = FilePosition(file, row.line)
    if row.surplus:
        catalogue.refuse(position, SURPLUS, describe(row))
    elif not row["handle"]:
        catalogue.refuse(position, "no handle", row["title"])
    elif row["product_id"] and not _is_product_id(row["product_id"]):
        catalogue.refuse(position, "product id that the shop does not take", row["product_id"])
    else:
        return True
    return False


def _is_product_id(text: str) -> bool:
    try:
        msgspec.convert(text, ProductId)
    except msgspec.ValidationError:
        return False
    return True


def _decide_mark(file: Path, rows: Sequence[Row]) -> DecimalMark:
    try:
        return decide_mark(row[column] for row in rows for column in AMOUNTS)
    except AmbiguousMarkError as error:
        raise UnreadableFileError(f"{file}: {error}; say --decimal point or --decimal comma") from error


def _by_product(rows: Iterable[ExportRow]) -> list[ProductRows]:
    products: dict[str, list[ExportRow]] = {}
    for row in rows:
        products.setdefault(row["product_id"] or product_id(row["handle"]), []).append(row)
    return [ProductRows(found, rows[0]["handle"], rows) for found, rows in products.items()]


def _read_product(product: ProductRows, catalogue: Catalogue) -> Iterator[Draft]:
    """The product, unless nothing of it can be taken."""
    note = Noter(catalogue, product.first_position, product.handle)
    try:
        fields = read_product_fields(product, note)
        options = read_options(product, note)
        variants = VariantReader(product, options, catalogue).read()
    except UnusableValueError as error:
        for row in product.variants:
            catalogue.refuse(row.position, error.reason, error.detail or describe(row))
        return
    _note_pictures(product, catalogue)
    if not variants.taken:
        return
    is_free = not product.is_own and not any(variant.fields.price for variant in variants.taken)
    if fields.is_active and is_free:
        note(FREE, "")
    yield Draft(
        position=product.first_position,
        product_id=product.product_id,
        fields=msgspec.structs.replace(fields, is_active=fields.is_active and not is_free),
        variants=tuple(variants.taken),
        options=options.names,
        unusable=tuple(variants.unusable),
    )


def _note_pictures(product: ProductRows, catalogue: Catalogue) -> None:
    for row in product.pictures[1:]:
        catalogue.note(row.position, _FURTHER_PICTURE, f"{product.handle}: {row['image']}")
