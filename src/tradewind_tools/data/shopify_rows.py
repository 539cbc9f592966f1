"""The rows of a Shopify export: its columns, and what the rows of one handle say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from tradewind.catalog.change_messages import MAX_OPTIONS
from tradewind_tools.data.amounts import DecimalMark
from tradewind_tools.data.csv_rows import Layout, Row
from tradewind_tools.data.remarks import FilePosition

OPTION_NUMBERS = range(1, MAX_OPTIONS + 1)
"""Shopify has three, the shop's own exports as many as a product may have."""
ONLY_VARIANT = "Default Title"
"""Shopify's word for the value of a product without options."""

LAYOUT = Layout(
    columns={
        "product_id": ("Tradewind Product ID",),
        "own_category": ("Tradewind Category",),
        "own_description": ("Tradewind Description",),
        "own_tags": ("Tradewind Tags",),
        "handle": ("Handle", "URL handle"),
        "title": ("Title",),
        "body": ("Body (HTML)", "Body HTML", "Description"),
        "type": ("Type", "Custom Product Type", "Product Type"),
        "category": ("Product Category", "Standardized Product Type", "Standard Product Type"),
        "vendor": ("Vendor",),
        "tags": ("Tags",),
        "published": ("Published", "Published on online store"),
        "status": ("Status",),
        "sku": ("Variant SKU", "SKU"),
        "barcode": ("Variant Barcode", "Barcode"),
        "grams": ("Variant Grams", "Weight value (grams)"),
        "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
        "quantity": ("Variant Inventory Qty", "Inventory quantity"),
        "policy": ("Variant Inventory Policy", "Continue selling when out of stock"),
        "price": ("Variant Price", "Price"),
        "compare_at": ("Variant Compare At Price", "Compare-at price"),
        "cost": ("Cost per item",),
        "image": ("Image Src", "Product image URL"),
        "image_position": ("Image Position",),
        "variant_image": ("Variant Image", "Variant image URL"),
        **{f"option{n}_name": (f"Option{n} Name",) for n in OPTION_NUMBERS},
        **{f"option{n}_value": (f"Option{n} Value",) for n in OPTION_NUMBERS},
    },
    required=frozenset({"handle", "title", "price"}),
)

_NOTHING = frozenset({"nan", "NaN", "NaT", "<NA>"})
"""What libraries of tables write for an empty cell. `None` may be the name of an option's value."""
_OF_A_VARIANT = ("price", "sku", "quantity")
AMOUNTS: Final = ("price", "compare_at", "cost", "quantity")
"""The columns whose numbers decide how a file writes decimals."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the values of one file are read.

    `stock` is on hand where a tracked quantity is not said; `with_tail` are the columns of numbers that all end in a
    table library's `.0`.
    """

    currency: str
    mark: DecimalMark = DecimalMark.POINT
    stock: int | None = None
    has_trackers: bool = True
    with_tail: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A row of an export: where it stands, and how its file is read."""

    position: FilePosition
    fields: Mapping[str, str]
    reading: Reading

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    @property
    def is_own(self) -> bool:
        """Whether it stands in an export of the shop: then it is meant as it is written."""
        return bool(self["product_id"])


@dataclass(frozen=True)
class ProductRows:
    """The rows of one handle, in all files; their order changes nothing of what they say of the product as a whole."""

    product_id: str
    handle: str
    rows: Sequence[ExportRow]

    @property
    def is_own(self) -> bool:
        return all(row.is_own for row in self.rows)

    @property
    def first_position(self) -> FilePosition:
        return self.rows[0].position

    def value(self, column: str) -> str:
        """Return what the rows say in a column; where they contradict each other, what most of them say."""
        said = Counter(row[column] for row in self.rows if row[column])
        return min(said, key=lambda text: (-said[text], text), default="")

    def values(self, column: str) -> list[str]:
        return sorted({row[column] for row in self.rows if row[column]})

    @cached_property
    def variants(self) -> list[ExportRow]:
        """Rows that say nothing of a variant only bring further pictures."""
        return list(filter(describes_variant, self.rows)) or [self.rows[0]]

    @cached_property
    def pictures(self) -> list[ExportRow]:
        """The rows with a picture of the product, the main one first."""
        return sorted((row for row in self.rows if row["image"]), key=_picture_order)


def without_traces(row: Row) -> Row:
    """Return the row without what a library of tables made of empty cells."""
    if _NOTHING.isdisjoint(row.fields.values()):
        return row
    fields = {name: "" if text in _NOTHING and name != "handle" else text for name, text in row.fields.items()}
    return Row(row.line, fields, row.surplus)


def option_values(row: ExportRow | Row) -> tuple[str, ...]:
    """Return the values of a variant's options, by their number; without one it is empty."""
    values = (row[f"option{n}_value"] for n in OPTION_NUMBERS)
    return tuple("" if value == ONLY_VARIANT else value for value in values)


def describe(row: ExportRow | Row) -> str:
    return " / ".join((row["handle"], *filter(None, option_values(row))))


def describes_variant(row: ExportRow) -> bool:
    return any(row[column] for column in _OF_A_VARIANT) or any(row[f"option{n}_value"] for n in OPTION_NUMBERS)


def _picture_order(row: ExportRow) -> tuple[float, bool, str]:
    """By position; of those without one the picture in the product's own row comes first."""
    position = row["image_position"].removesuffix(".0")
    if position.isdecimal():
        return int(position), False, row["image"]
    return float("inf"), not row["title"], ""
