"""Shopify product exports: each variant becomes a product of the shop; those that share a handle know each other.

Format: https://help.shopify.com/en/manual/products/import-export/using-csv, in its older and newer column names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tradewind_tools.data.amounts import AmbiguousMarkError, DecimalMark, decide_mark
from tradewind_tools.data.catalogue import WORD_LENGTH, Catalogue, Draft
from tradewind_tools.data.csv_rows import SURPLUS, CsvFile, Row
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.fitting import fit_address, fit_line
from tradewind_tools.data.messages import ProductFields
from tradewind_tools.data.product_ids import variant_id
from tradewind_tools.data.remarks import FilePosition, UnusableValueError
from tradewind_tools.data.shopify_products import SharedFields, read_shared_fields
from tradewind_tools.data.shopify_rows import (
    LAYOUT,
    OPTION_NUMBERS,
    ProductRows,
    describe,
    option_values,
    without_traces,
)
from tradewind_tools.data.shopify_stock import is_unknown, read_stock, refuse_without_quantities
from tradewind_tools.data.shopify_values import Reading, fit_name, read_price

_FREE = "price 0: not put on sale"
_FURTHER_PICTURE = "further picture: not read"
_TWICE_THE_SAME = "stands twice, the same: taken once"
_TWICE = "stands twice, and differently: neither is taken"
_SAME_OPTION = "two options of one name: the second is numbered"
_FORMULA = re.compile(r'="(.*)"')
"""How spreadsheets are kept from reading digits as a number."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
_FLOAT_TAIL = re.compile(r"(\d+)\.0")


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
    drafts = [draft for file in files for draft in _FileReader(file, options, catalogue).drafts()]
    catalogue.drafts = list(_take_once(drafts, catalogue))
    catalogue.notes.sort(key=lambda note: (note.file, note.line))
    return catalogue


def _take_once(drafts: Iterable[Draft], catalogue: Catalogue) -> Iterator[Draft]:
    """Of drafts with one id take one when all say the same, else none: which is right cannot be known."""
    by_id: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_id.setdefault(draft.product_id, []).append(draft)
    for first, *others in by_id.values():
        differing = [draft for draft in others if (draft.fields, draft.stock) != (first.fields, first.stock)]
        if not differing:
            yield first
            for draft in others:
                catalogue.note(draft.position, _TWICE_THE_SAME, _also(draft, first))
            continue
        for draft in (first, *others):
            catalogue.refuse(draft.position, _TWICE, _also(draft, differing[0] if draft is first else first))


def _also(draft: Draft, other: Draft) -> str:
    same_file = draft.position.file == other.position.file
    place = "" if same_file else f"{other.position.file}, "
    return f"{draft.fields.name}: also in {place}line {other.position.line}"


class _FileReader:
    """One file's drafts. What is refused and noted goes into the catalogue."""

    def __init__(self, file: Path, options: ShopifyOptions, catalogue: Catalogue) -> None:
        self._file = file
        self._options = options
        self._catalogue = catalogue

    def drafts(self) -> list[Draft]:
        csv_file = CsvFile(self._file, LAYOUT, self._options.encoding)
        rows = list(map(without_traces, csv_file))
        self._catalogue.rows_read += len(rows)
        self._catalogue.notes += csv_file.notes
        self._catalogue.unread += csv_file.unread
        reading = Reading(
            currency=self._options.currency,
            mark=self._mark(rows),
            stock=self._options.stock,
            has_trackers="tracker" in csv_file.columns,
            sku_has_tail=_has_tail(row["sku"] for row in rows),
        )
        products = self._by_handle(rows)
        if self._options.stock is None:
            refuse_without_quantities(self._file, products, reading)
        return [draft for product in products for draft in self._read_product(product, reading)]

    def _mark(self, rows: Sequence[Row]) -> DecimalMark:
        if self._options.mark:
            return self._options.mark
        try:
            return decide_mark(chain.from_iterable((row["price"], row["quantity"]) for row in rows))
        except AmbiguousMarkError as error:
            raise UnreadableFileError(f"{self._file}: {error}; say --decimal point or --decimal comma") from error

    def _by_handle(self, rows: Iterable[Row]) -> list[ProductRows]:
        products: dict[str, list[Row]] = {}
        for row in rows:
            if row.surplus:
                self._catalogue.refuse(FilePosition(self._file, row.line), SURPLUS, describe(row))
            elif not row["handle"]:
                self._catalogue.refuse(FilePosition(self._file, row.line), "no handle", row["title"])
            else:
                products.setdefault(row["handle"], []).append(row)
        return [ProductRows(self._file, handle, rows) for handle, rows in products.items()]

    def _read_product(self, product: ProductRows, reading: Reading) -> Iterator[Draft]:
        try:
            shared = read_shared_fields(product, self._noting(product.first_position, product.handle))
        except UnusableValueError as error:
            for row in product.variants:
                self._catalogue.refuse(product.position(row), error.reason, error.detail or describe(row))
            return
        self._note_pictures(product)
        for row in product.variants:
            try:
                yield self._read_variant(product, row, shared, reading)
            except UnusableValueError as error:
                self._catalogue.refuse(product.position(row), error.reason, error.detail or describe(row))

    def _note_pictures(self, product: ProductRows) -> None:
        for row in product.pictures[1:]:
            self._catalogue.note(product.position(row), _FURTHER_PICTURE, f"{product.handle}: {row['image']}")

    def _noting(self, position: FilePosition, about: str) -> Noter:
        return Noter(self._catalogue, position, about)

    def _read_variant(self, product: ProductRows, row: Row, shared: SharedFields, reading: Reading) -> Draft:
        note = self._noting(product.position(row), describe(row))
        values = option_values(row)
        price = read_price(row, reading)
        stock = read_stock(row, reading, note)
        if shared.is_active and not price:
            note(_FREE, "")
        if is_unknown(row, reading):
            raise UnusableValueError("stock tracked but no quantity: say --stock N", describe(row))
        fields = ProductFields(
            name=fit_name(shared.title, values, note),
            price=price,
            currency=reading.currency,
            category=shared.category,
            description=shared.description or None,
            track_stock=stock is not None,
            is_active=shared.is_active and bool(price),
            image_url=_picture(row, shared, note),
            sku=_sku(row, reading, note) or None,
            variant_of=variant_id(product.handle) if any(values) else None,
            options=_options(row, shared.option_names, note) or None,
            tags=shared.tags or None,
        )
        return Draft(product.position(row), variant_id(product.handle, values), fields, stock)


@dataclass(frozen=True, slots=True)
class Noter:
    """Notes about one place in a file, and what stands there."""

    catalogue: Catalogue
    position: FilePosition
    about: str

    def __call__(self, reason: str, detail: str) -> None:
        self.catalogue.note(self.position, reason, f"{self.about}: {detail}" if detail else self.about)


def _picture(row: Row, shared: SharedFields, note: Noter) -> str | None:
    own = fit_address(row["variant_image"], note) if row["variant_image"] else None
    return own or shared.image_url


def _options(row: Row, names: Mapping[int, str], note: Noter) -> dict[str, str]:
    """Return the options in the order of their numbers; two of one name are two."""
    options: dict[str, str] = {}
    for number, value in zip(OPTION_NUMBERS, option_values(row), strict=True):
        fitted = fit_line("option value", value, WORD_LENGTH, note)
        name = names[number]
        if fitted and name in options:
            note(_SAME_OPTION, name)
            name = f"{name} {number}"
        if fitted:
            options[name] = fitted
    return options


def _sku(row: Row, reading: Reading, note: Noter) -> str:
    formula = _FORMULA.fullmatch(row["sku"])
    sku = (formula[1] if formula else row["sku"]).removeprefix("'")
    if reading.sku_has_tail and (tail := _FLOAT_TAIL.fullmatch(sku)):
        sku = tail[1]
    if sku != row["sku"]:
        note("SKU: signs of a spreadsheet left out", row["sku"])
    elif _ROUNDED.fullmatch(sku):
        note("SKU that a spreadsheet has rounded: taken as written", sku)
    return fit_line("SKU", sku, WORD_LENGTH, note)


def _has_tail(skus: Iterable[str]) -> bool:
    """Whether all are whole numbers with `.0`: a table library took the column for decimals."""
    filled = list(filter(None, skus))
    return bool(filled) and all(map(_FLOAT_TAIL.fullmatch, filled))
