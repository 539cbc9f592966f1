"""Shopify product exports: rows that share a handle become one product, or one product a variant.

Format: https://help.shopify.com/en/manual/products/import-export/using-csv, in its older and newer column names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tradewind_tools.data.amounts import read_amount, read_whole
from tradewind_tools.data.catalogue import (
    CATEGORY_LENGTH,
    DESCRIPTION_LENGTH,
    MAX_TAGS,
    NAME_LENGTH,
    URL_LENGTH,
    WORD_LENGTH,
    Catalogue,
    Draft,
    FilePosition,
    UnusableValueError,
    check_price,
    one_line,
    shorten,
)
from tradewind_tools.data.csv_rows import DEFAULT_ENCODING, Layout, Row, read_rows
from tradewind_tools.data.messages import ProductFields
from tradewind_tools.data.plain_text import plain_text
from tradewind_tools.data.product_ids import make_distinct, option_slug, product_id

UNCATEGORISED = "uncategorised"
_OPTIONS = (1, 2, 3)
_ONLY_VARIANT = "default title"
_SELLS_BEYOND_STOCK = "continue"

LAYOUT = Layout(
    columns={
        "handle": ("Handle", "URL handle"),
        "title": ("Title",),
        "body": ("Body (HTML)", "Body HTML", "Description"),
        "type": ("Type", "Custom Product Type", "Product Type"),
        "category": ("Product Category", "Standardized Product Type", "Standard Product Type"),
        "google_category": ("Google Shopping / Google Product Category",),
        "tags": ("Tags",),
        "published": ("Published", "Published on online store"),
        "status": ("Status",),
        "sku": ("Variant SKU", "SKU"),
        "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
        "quantity": ("Variant Inventory Qty", "Inventory quantity"),
        "policy": ("Variant Inventory Policy", "Continue selling when out of stock"),
        "price": ("Variant Price", "Price"),
        "image": ("Image Src", "Product image URL"),
        "variant_image": ("Variant Image", "Variant image URL"),
        **{f"option{n}_name": (f"Option{n} Name",) for n in _OPTIONS},
        **{f"option{n}_value": (f"Option{n} Value",) for n in _OPTIONS},
    },
    required=frozenset({"handle", "title", "price"}),
)


def read_shopify(files: Sequence[Path], currency: str, encoding: str = DEFAULT_ENCODING) -> Catalogue:
    """Read exports into a catalogue priced in `currency` (an export names none).

    Raises UnreadableFileError when a file is not such an export.
    """
    reading = _Reading(currency)
    for file in files:
        for handle, rows in _by_handle(reading, file, encoding).items():
            reading.take(_Product(file, handle, rows))
    return reading.catalogue


def _by_handle(reading: _Reading, file: Path, encoding: str) -> dict[str, list[Row]]:
    products: dict[str, list[Row]] = {}
    for row in read_rows(file, LAYOUT, encoding):
        reading.catalogue.rows_read += 1
        if row.surplus:
            reading.catalogue.refuse(FilePosition(file, row.line), "more fields than columns")
        elif not row["handle"]:
            reading.catalogue.refuse(FilePosition(file, row.line), "no handle", row["title"])
        else:
            products.setdefault(row["handle"], []).append(row)
    return products


@dataclass(frozen=True, slots=True)
class _Product:
    """The rows of one handle; what they say about the product as a whole stands in the first that says it."""

    file: Path
    handle: str
    rows: Sequence[Row]

    def first(self, column: str) -> str:
        return next((row[column] for row in self.rows if row[column]), "")

    def position(self, row: Row) -> FilePosition:
        return FilePosition(self.file, row.line)

    def variants(self) -> list[Row]:
        """Rows without price and option value only bring further images."""
        return [row for row in self.rows if row["price"] or _option_values(row)] or [self.rows[0]]

    def options(self, row: Row) -> dict[str, str]:
        named = {n: self.first(f"option{n}_name") or f"Option {n}" for n in _OPTIONS}
        values = {named[n]: row[f"option{n}_value"] for n in _OPTIONS if row[f"option{n}_value"]}
        return {shorten(name, WORD_LENGTH): shorten(value, WORD_LENGTH) for name, value in values.items()}


class _Reading:
    """One pass over the files: which products stand where, and under which id."""

    def __init__(self, currency: str) -> None:
        self.catalogue = Catalogue()
        self._currency = currency
        self._places: dict[tuple[str, tuple[str, ...]], FilePosition] = {}
        self._ids: set[str] = set()

    def take(self, product: _Product) -> None:
        variants = list(self._distinct(product))
        for row in variants:
            try:
                self.catalogue.drafts.append(self._draft(product, row, several=len(variants) > 1))
            except UnusableValueError as error:
                self.catalogue.refuse(product.position(row), error.reason, error.detail or product.handle)

    def _distinct(self, product: _Product) -> Iterator[Row]:
        for row in product.variants():
            key = (product.handle, tuple(value.casefold() for value in _option_values(row)))
            before = self._places.setdefault(key, product.position(row))
            if before == product.position(row):
                yield row
            else:
                self.catalogue.refuse(
                    product.position(row), "stands twice", f"{_describe(key)}: first {_where(before, product)}"
                )

    def _draft(self, product: _Product, row: Row, *, several: bool) -> Draft:
        fields = self._fields(product, row, several=several)
        stock = self._stock(product.position(row), row) if fields.track_stock else None
        return Draft(product.position(row), self._identify(product, row, several=several), fields, stock)

    def _fields(self, product: _Product, row: Row, *, several: bool) -> ProductFields:
        return ProductFields(
            name=_name(product, row, several=several),
            price=_price(row, self._currency),
            currency=self._currency,
            category=_category(product),
            description=shorten(plain_text(product.first("body")), DESCRIPTION_LENGTH) or None,
            track_stock=_tracks_stock(row),
            is_active=_is_active(product),
            image_url=_image(product, row),
            sku=shorten(row["sku"].removeprefix("'"), WORD_LENGTH) or None,
            variant_of=_usable_id(product.handle) if several else None,
            options=product.options(row) if several else None,
            tags=_tags(product) or None,
        )

    def _stock(self, position: FilePosition, row: Row) -> int:
        if not row["quantity"]:
            self.catalogue.note(position, "stock tracked but no quantity: taken as 0", row["handle"])
            return 0
        quantity = _quantity(row)
        if quantity < 0:
            self.catalogue.note(position, "negative quantity: taken as 0", f"{row['handle']}: {quantity}")
        return max(quantity, 0)

    def _identify(self, product: _Product, row: Row, *, several: bool) -> str:
        values = _option_values(row) if several else ()
        whole = "\n".join((product.handle, *values))
        identifier = _usable_id("-".join((product.handle, *map(_slug, values))))
        if identifier in self._ids:
            identifier = make_distinct(identifier, whole)
        self._ids.add(identifier)
        return identifier


def _option_values(row: Row) -> tuple[str, ...]:
    """Return what distinguishes a variant from its siblings; `Default Title` is Shopify's word for an only one."""
    values = (row[f"option{n}_value"] for n in _OPTIONS)
    return tuple(value for value in values if value and value.casefold() != _ONLY_VARIANT)


def _describe(key: tuple[str, tuple[str, ...]]) -> str:
    handle, values = key
    return " / ".join((handle, *values))


def _where(before: FilePosition, product: _Product) -> str:
    return f"in line {before.line}" if before.file == product.file else f"in {before.file}, line {before.line}"


def _usable_id(text: str) -> str:
    try:
        return product_id(text)
    except ValueError as error:
        raise UnusableValueError("handle that names nothing", text) from error


def _slug(value: str) -> str:
    try:
        return option_slug(value)
    except ValueError:
        return "-".join(f"{ord(character):x}" for character in value)


def _name(product: _Product, row: Row, *, several: bool) -> str:
    title = one_line(product.first("title"))
    if not title:
        raise UnusableValueError("no title", product.handle)
    variant = f" - {' / '.join(map(one_line, _option_values(row)))}" if several else ""
    return shorten(title + variant, NAME_LENGTH)


def _price(row: Row, currency: str) -> Decimal:
    if not row["price"]:
        raise UnusableValueError("no price", _describe((row["handle"], _option_values(row))))
    try:
        return check_price(read_amount(row["price"]), currency)
    except UnusableValueError:
        raise
    except ValueError as error:
        raise UnusableValueError("unreadable price", row["price"]) from error


def _quantity(row: Row) -> int:
    try:
        return read_whole(row["quantity"])
    except ValueError as error:
        raise UnusableValueError("unreadable quantity", row["quantity"]) from error


def _category(product: _Product) -> str:
    candidates = (
        product.first("type"),
        _last_segment(product.first("category")),
        _last_segment(product.first("google_category")),
        *_tags(product),
    )
    chosen = next((candidate for candidate in map(one_line, candidates) if candidate), UNCATEGORISED)
    return shorten(chosen, CATEGORY_LENGTH)


def _last_segment(taxonomy: str) -> str:
    """Return the narrowest name of a path such as `Apparel > Shirts`; a bare taxonomy number names nothing."""
    segment = taxonomy.rpartition(">")[2].strip()
    return "" if segment.isdigit() else segment


def _tags(product: _Product) -> tuple[str, ...]:
    tags = (shorten(one_line(tag), WORD_LENGTH) for tag in product.first("tags").split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:MAX_TAGS]


def _tracks_stock(row: Row) -> bool:
    """A quantity or a tracker means that stock is counted, unless the product sells beyond it."""
    if row["policy"].casefold() in {_SELLS_BEYOND_STOCK, "true"}:
        return False
    return bool(row["quantity"] or row["tracker"])


def _is_active(product: _Product) -> bool:
    return product.first("published").casefold() != "false" and product.first("status").casefold() in {"", "active"}


def _image(product: _Product, row: Row) -> str | None:
    addresses = (row["variant_image"], product.first("image"))
    return next(filter(_is_address, addresses), None)


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and len(text) <= URL_LENGTH
